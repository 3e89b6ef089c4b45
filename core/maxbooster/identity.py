"""Who is calling, and what they may do: what every unit of work knows of its caller."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

EVERYTHING = "*"

Way = Literal["session", "token", "key", "grant", "internal"]
"""How a caller proved who they are: a browser's cookie, an access token, an API key; what was granted to them; or the
platform itself."""


class Granted(Struct, frozen=True):
    """The one object that a grant opens."""

    id: UUID
    """Of the grant."""
    kind: str
    object_id: UUID


class Identity(Struct, frozen=True):
    """A caller that is known: for which account, and what they may do there."""

    account: UUID | None
    """None: a person who is in no account at present."""
    user: UUID | None
    """None: the platform itself, or a key that belongs to an account rather than a person."""
    permissions: frozenset[str]
    way: Way = "internal"
    credential: UUID | None = None
    """The session or API key by which they came."""
    proved_at: datetime | None = None
    """When they last proved with all their factors who they are; None: that way cannot."""
    grant: Granted | None = None
    """By which they came: `account` is then its owner's, and nothing but that object is theirs."""
    lacks_factor: bool = False
    """Whether they must set up a second factor before they can do more here than that."""
    lacks_sign_in: bool = False
    """Whether they must sign in at the account's own provider before that."""
    within: UUID | None = None
    """The account whose provider said who they are: they are that person there, and nowhere else."""

    def may(self, permission: str) -> bool:
        return EVERYTHING in self.permissions or permission in self.permissions
