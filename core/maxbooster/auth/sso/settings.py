"""Providers that the operator sets up: a section `[sso.<name>]` each, or `MAXBOOSTER_SSO_<NAME>__…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from ...errors import SettingsError
from ...settings import PluginSettings, Sections, Settings
from .issuers import refuse_unsafe

SECTION = "sso"
SCOPES = ("openid", "email", "profile")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


class _Nothing(PluginSettings, frozen=True):
    """Of `[sso]` itself."""


class ProviderSettings(PluginSettings, kw_only=True, frozen=True):
    title: str = ""
    """What the button says: `Continue with <title>`."""
    issuer: str = ""
    """What the provider calls itself, `https://login.example`; its configuration lies below it."""
    client_id: str = ""
    client_secret: str = ""
    scopes: tuple[str, ...] = SCOPES
    trust_second_factor: bool = False
    """Whether a second factor that the provider vouches for (`amr`, `acr`) is enough here."""


_KNOWN = {"google": ProviderSettings(title="Google", issuer="https://accounts.google.com")}
"""Of these, id and secret are enough."""


class IdentityProvider(Struct, frozen=True, kw_only=True):
    """Where people can sign in."""

    name: str
    """The operator's; an account's own provider has the account's id."""
    title: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = SCOPES
    trusted: bool = False
    """Whether a second factor that it vouches for is enough."""
    account: UUID | None = None
    """Whose it is; None: the operator's."""
    version: int = 0
    """Of what the account set up."""

    def __repr__(self) -> str:
        """Tracebacks and logs show reprs."""
        return f"IdentityProvider({self.name!r}, …)"


def configured(sections: Sections, settings: Settings) -> Mapping[str, IdentityProvider]:
    """Name → provider, by title.

    Raises:
        SettingsError: one is incomplete, or wrong.
    """
    sections.decode(SECTION, _Nothing)
    found = [_provider(sections, name, settings) for name in sections.below(SECTION)]
    return {each.name: each for each in sorted(found, key=lambda each: each.title)}


def _provider(sections: Sections, name: str, settings: Settings) -> IdentityProvider:
    section = f"{SECTION}.{name}"
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"[{section}]: {name!r} is no name for a provider; use letters, digits and hyphens.", field=section
        )
    given = sections.decode(section, ProviderSettings)
    usual = _KNOWN.get(name, ProviderSettings())
    issuer, title = given.issuer or usual.issuer, given.title or usual.title or name.capitalize()
    for field, value in (("issuer", issuer), ("client_id", given.client_id)):
        if not value:
            raise SettingsError(f"[{section}]: {field} is missing.", field=f"{section}.{field}")
    if "openid" not in given.scopes:
        raise SettingsError(f"[{section}]: scopes must include 'openid'.", field=f"{section}.scopes")
    try:
        refuse_unsafe(issuer, settings)
    except ValueError as error:
        raise SettingsError(f"[{section}]: issuer {error}.", field=f"{section}.issuer") from error
    return IdentityProvider(
        name=name,
        title=title,
        issuer=issuer,
        client_id=given.client_id,
        client_secret=given.client_secret,
        scopes=given.scopes,
        trusted=given.trust_second_factor,
    )
