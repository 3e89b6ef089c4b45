"""The browser's cookies, hardened: `__Host-` over TLS, never readable by scripts.

Over plain HTTP (a loopback address, or a network that the operator trusts) browsers refuse `__Host-` and `Secure`,
so there the same cookies go by a plain name.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal
from uuid import UUID

from litestar.datastructures import Cookie

from ..db.types import new_id
from ..errors import SettingsError
from ..keyring import Keyring
from ..settings import Settings

CSRF_HEADER = "x-csrf-token"
_DEVICE_S = 365 * 24 * 3600
_TRIP_S = 30 * 60
_DEVICE_PLACE = "auth/device"

Which = Literal["session", "device", "trip"]


def name(which: Which, settings: Settings) -> str:
    return f"__Host-mb_{which}" if secure(settings) else f"mb_{which}"


def secure(settings: Settings) -> bool:
    return settings.origin.startswith("https://")


def session(token: str, settings: Settings) -> Cookie:
    return _cookie("session", token, settings, settings.session_days * 24 * 3600)


def no_session(settings: Settings) -> Cookie:
    return _cookie("session", "", settings, 0)


def device(user: UUID, keyring: Keyring, settings: Settings) -> Cookie:
    """Remembers that this user has been logged in here, so that strangers' failures do not slow them down."""
    sealed = keyring.seal(f"{user}/{new_id()}", _DEVICE_PLACE).decode()
    return _cookie("device", sealed, settings, _DEVICE_S)


def trip(token: str, settings: Settings) -> Cookie:
    """Binds a sign-in at a provider to the browser that was sent there."""
    return _cookie("trip", token, settings, _TRIP_S)


def device_of(cookies: Mapping[str, str], user: UUID | None, keyring: Keyring, settings: Settings) -> str | None:
    """The id of this device, if `user` has been logged in here before."""
    sealed = cookies.get(name("device", settings))
    if not sealed or user is None:
        return None
    try:
        whose, _, id = keyring.open(sealed.encode("ascii"), _DEVICE_PLACE).partition("/")
    except (SettingsError, ValueError):
        return None
    return id if whose == str(user) else None


def csrf_token(session_token: str) -> str:
    """What a page of ours sends back in `x-csrf-token`; it follows from the session, so another site cannot know it."""
    return hmac.new(session_token.encode(), b"csrf", sha256).hexdigest()


def _cookie(which: Which, value: str, settings: Settings, max_age: int) -> Cookie:
    return Cookie(
        key=name(which, settings),
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=secure(settings),
        samesite="lax",
    )
