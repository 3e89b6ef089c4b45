"""The second factor by an authenticator app, and the codes for when it is lost.

Time-based one-time passwords after RFC 6238 in the form that every app reads: SHA-1, 30 s, 6 digits.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

PERIOD_S = 30
DRIFT = 1
"""Steps by which a phone's clock may be early or late (RFC 6238 §5.2)."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U."""
_MISREAD = str.maketrans("OIL", "011")


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 §4 recommends."""
    import pyotp

    return pyotp.random_base32()


def uri(secret: str, email: str, issuer: str = "Max Booster") -> str:
    """What the QR code holds: `otpauth://totp/…` (Key Uri Format)."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, *, after: int = -1) -> int | None:
    """The time step (of 30 s, since 1970) that the code belongs to, None if the code is wrong.

    `after`: the last step that was used; it and those before it are refused, so that a code counts once
    (RFC 6238 §5.2). Keep what is returned.
    """
    import pyotp

    digits = code.replace(" ", "")
    if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
        return None
    otp, present = pyotp.TOTP(secret, interval=PERIOD_S), int(now.timestamp()) // PERIOD_S
    steps = range(max(present - DRIFT, after + 1), present + DRIFT + 1)
    matching = [step for step in steps if hmac.compare_digest(otp.generate_otp(step), digits)]
    return max(matching, default=None)


def new_recovery_codes(count: int = 10) -> list[str]:
    """Codes of 140 random bits each, `XXXXXXX-XXXXXXX-XXXXXXX-XXXXXXX`; each is to be accepted once."""
    return ["-".join(_group() for _ in range(4)) for _ in range(count)]


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(7))


def recovery_hash(user: UUID, code: str) -> bytes:
    """What is stored of a recovery code: SHA-256 of user and code, however it was typed.

    Case, spaces and separators do not matter, and O reads as 0, I and L as 1, which no code contains. With more
    than 112 bits of entropy a code needs no slow hash (ASVS 6.5.2).
    """
    typed = "".join(character for character in code.upper() if character.isalnum()).translate(_MISREAD)
    return sha256(user.bytes + typed.encode()).digest()
