"""What goes in and out of the account operations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from ..people.schemas import Email, LinkToken, Name

Role = Literal["owner", "admin", "manager", "artist", "editor", "viewer"]


class AccountDetails(Struct, frozen=True):
    id: UUID
    name: str
    parent: UUID | None
    created_at: datetime
    plan: str
    features: list[str]
    """`*`: all."""
    limits: dict[str, int]
    second_factor: bool
    """Whether members need one to work in it."""


class FactorRule(Struct, frozen=True, forbid_unknown_fields=True):
    required: bool


class NewAccount(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class Made(Struct, frozen=True):
    id: UUID
    name: str


class Member(Struct, frozen=True):
    user: UUID
    name: str
    email: str
    role: str
    since: datetime
    second_factor: bool


class RoleChange(Struct, frozen=True, forbid_unknown_fields=True):
    role: Role


class NewInvitation(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    role: Role


class Invitation(Struct, frozen=True):
    id: UUID
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


class Acceptance(Struct, frozen=True, forbid_unknown_fields=True):
    token: LinkToken


class RoleOut(Struct, frozen=True):
    role: str
    permissions: list[str]
