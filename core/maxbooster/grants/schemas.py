"""What goes over HTTP about grants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from .grantable import Grantable

State = Literal["active", "offered", "expired", "revoked", "ended"]
"""`offered`: nobody has accepted it yet; `ended`: whoever gave it may not any more, or what made it is gone."""


class NewGrant(Struct, frozen=True, forbid_unknown_fields=True):
    """Shares an object with the account `receiver`, with whoever has the address `email` and accepts, or, with neither,
    with whoever has the link that is answered."""

    kind: Annotated[str, Meta(min_length=1, max_length=80)]
    """What the object is, such as `studio.master`; `listGrantables` lists the kinds."""
    object_id: UUID
    rights: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(min_length=1, max_length=20)]
    """Permissions that the kind offers, and that you hold yourself."""
    receiver: UUID | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    """They get an email, whether or not they have an account yet. It is theirs once they log in and accept."""
    expires_at: datetime | None = None
    """A week from now unless said, a year at most."""
    label: Annotated[str, Meta(max_length=100)] = ""
    """For whom it is, in your words."""


class NewGrantOut(Struct, frozen=True):
    id: UUID
    expires_at: datetime
    url: str | None
    """Shown this once; nothing for a grant to an account or an address."""


class RightOut(Struct, frozen=True):
    permission: str
    title: str


class GrantableOut(Struct, frozen=True):
    """A kind of object that can be shared."""

    name: str
    title: str
    rights: list[RightOut]


class GrantOut(Struct, frozen=True):
    """What this account shares."""

    id: UUID
    kind: str
    kind_title: str
    object_id: UUID
    title: str | None
    """What the object is called; absent when it is gone."""
    rights: list[RightOut]
    label: str
    receiver: UUID | None
    receiver_name: str | None
    """Of the account; absent where it is a link, or the account was closed."""
    email: str | None
    """To whom it is, or was, offered."""
    given_by: str | None
    """The name of the member who shared it."""
    by_program: bool
    """Whether it was made with an API key or another program's login, and so ends with that."""
    state: State
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class OpenedGrant(Struct, frozen=True, kw_only=True):
    """What a link opens."""

    kind: str
    kind_title: str
    object_id: UUID
    title: str
    owner: str
    """The name of the account."""
    rights: list[RightOut]
    expires_at: datetime
    tag: str
    """The custom element that shows it,"""
    module: str
    """and where its JavaScript module is; empty where there is none."""


class ReceivedGrant(OpenedGrant, frozen=True, kw_only=True):
    """What another account shares with this one. Requests to its object carry `id` in the header `Maxbooster-Grant`."""

    id: UUID


class GrantOffer(Struct, frozen=True):
    """What somebody offers to share with the person who is logged in. What it is called shows once it is accepted."""

    id: UUID
    kind: str
    kind_title: str
    owner: str
    """The name of the account."""
    rights: list[RightOut]
    expires_at: datetime


def rights_of(grantable: Grantable | None, permissions: frozenset[str]) -> list[RightOut]:
    offered = grantable.rights if grantable is not None else ()
    return [RightOut(right.permission, right.title) for right in offered if right.permission in permissions]
