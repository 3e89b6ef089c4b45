"""What a login consists of, and how it is sealed into its row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ..keyring import Keyring
from ..oauth.login import OAuthLogin
from ..oauth.protocol import Granted
from .models import place


class Tokens(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of an OAuth login the two tokens; of any other what was typed in, by the form's fields."""

    access: str = ""
    refresh: str = ""
    typed: dict[str, Any] = {}

    def __repr__(self) -> str:
        """Tracebacks and logs show reprs."""
        return "Tokens(…)"

    def sealed(self, keys: Keyring, account: UUID, id: UUID) -> bytes:
        return keys.seal(msgspec.json.encode(self).decode(), place(account, id))

    @classmethod
    def opened(cls, keys: Keyring, sealed: bytes, account: UUID, id: UUID) -> Tokens:
        """
        Raises:
            SettingsError: no key opens it.
        """
        return msgspec.json.decode(keys.open(sealed, place(account, id)), type=cls)


class Lifetime(Struct, frozen=True):
    """None: it does not end, or it cannot be renewed."""

    expires_at: datetime | None = None
    renew_at: datetime | None = None

    @classmethod
    def of(cls, login: OAuthLogin, granted: Granted, refresh: str, now: datetime) -> Lifetime:
        seconds = granted.expires_in_s if granted.expires_in_s is not None else login.lifetime_s
        if seconds is None:
            return cls()
        expires_at = now + timedelta(seconds=seconds)
        early = timedelta(seconds=min(login.renew_before_s, seconds / 4))
        return cls(expires_at, expires_at - early if refresh else expires_at)
