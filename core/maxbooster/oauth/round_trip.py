"""To a provider and back, once: what the browser and the provider never both know, and whose answer comes back."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from msgspec import Struct

from ..errors import Invalid
from .login import OAuthLogin

MINUTES = 10
"""A round trip takes no longer."""


class Secrets(Struct, frozen=True):
    """PKCE verifier (RFC 7636) and nonce, sealed until the browser is back."""

    verifier: str
    nonce: str

    @classmethod
    def new(cls) -> Secrets:
        return cls(secrets.token_urlsafe(48), secrets.token_urlsafe(24))


class Returned(Struct, frozen=True, kw_only=True):
    """What the provider sent the browser back with."""

    state: str
    code: str = ""
    iss: str = ""
    error: str = ""
    error_description: str = ""


def new_state() -> str:
    return secrets.token_urlsafe(32)


def hashed(state: str) -> bytes:
    """What is kept of it."""
    return sha256(state.encode()).digest()


def begun_elsewhere() -> Invalid:
    """To whoever brings a state that this browser doesn't have under way."""
    return Invalid(
        f"This sign-in was not started in this browser, was used already, or took longer than {MINUTES} minutes."
        " Start it again.",
        field="state",
    )


def refuse_mix_up(title: str, login: OAuthLogin, iss: str) -> None:
    """RFC 9207 §2.4: an answer that is another server's goes no further.

    Raises:
        Invalid: it is one.
    """
    missing = login.returns_issuer and not iss
    foreign = bool(iss and login.issuer) and not hmac.compare_digest(iss.encode(), login.issuer.encode())
    if missing or foreign:
        raise Invalid(
            f"This answer does not come from {title}, but from {iss or 'a server without a name'}; it was not used."
            " Start again, and tell the operator if it happens again.",
            field="iss",
        )


def said_instead(returned: Returned) -> str:
    """Why there is no code."""
    return (returned.error_description or returned.error or "no code came back")[:300]
