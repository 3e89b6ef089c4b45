"""Links that work for whoever holds them, until they expire: sealed with the platform's key, bound to one file."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.json import decode, encode

from ..errors import NotFound, Problem, SettingsError
from ..keyring import Keyring

PATH = "/api/core/download"
_PLACE = "storage/link"


class LinkExpired(Problem):
    status = 410
    type = "link-expired"
    title = "The link has expired"


class Grant(Struct, array_like=True, frozen=True):
    """What a link leads to, and who gave it away: it is worth as much as they may read."""

    account: UUID
    file: UUID
    until: datetime
    user: UUID | None = None
    """None: the platform itself, or a grant."""
    grant: UUID | None = None
    """By which they came: the link is worth nothing any more when that has ended."""


def sign(keyring: Keyring, grant: Grant) -> str:
    """A path from the server's root (RFC 3986 §4.2) that leads to the file until then."""
    return f"{PATH}/{keyring.seal(encode(grant).decode(), _PLACE).decode().rstrip('=')}"


def verify(keyring: Keyring, token: str, now: datetime) -> Grant:
    """

    Raises:
        NotFound: it was not made here, was changed, or its key is gone.
        LinkExpired: its time is over.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        grant = decode(keyring.open(padded.encode("ascii"), _PLACE), type=Grant)
    except (SettingsError, ValueError):
        raise NotFound("This link leads nowhere: it is incomplete or was changed.") from None
    if now >= grant.until:
        raise LinkExpired("This link has expired; ask for a new one.")
    return grant
