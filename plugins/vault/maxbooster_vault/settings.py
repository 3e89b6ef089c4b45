"""What an operator may set: the section `[vault]`, or `MAXBOOSTER_VAULT__…`."""

from __future__ import annotations

from pathlib import Path

from maxbooster.plugin import PluginSettings, Secret


class VaultSettings(PluginSettings, kw_only=True, frozen=True):
    address: str = ""
    """Where Vault or OpenBao answers: `https://vault.example:8200`."""
    token: Secret = ""
    """A token that may encrypt and decrypt with the key; or a file with one."""
    token_file: Path | None = None
    """A file with the token, such as an agent keeps fresh. It is read for each call."""
    role_id: str = ""
    secret_id: Secret = ""
    """An AppRole, by which a token is fetched for each call, in place of `token`."""
    mount: str = "transit"
    """Where the transit engine is mounted."""
    key: str = "maxbooster"
    """The name of its key."""
    namespace: str = ""
    """Of Vault Enterprise or OpenBao."""

    def __post_init__(self) -> None:
        if self.address and not self.address.startswith(("https://", "http://")):
            raise ValueError("address must begin with https:// or http://")
