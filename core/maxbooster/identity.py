"""Who is calling: the seam that identity providers fill (sessions, API keys, tokens)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from .db.models import Local, Table

EVERYTHING = "*"


class Identity(Struct, frozen=True):
    """A caller that is known: for which account, and what they may do there."""

    account: UUID
    user: UUID | None
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        return EVERYTHING in self.permissions or permission in self.permissions


class Account(Table):
    """The artist, producer or label that owns things; its id is the account id of all its rows (C-01)."""

    __tablename__ = "core_account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class AccessToken(Local, Table):
    """A bearer token, stored as its SHA-256; looked up before the account is known."""

    __tablename__ = "core_token"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    permissions: Mapped[str] = mapped_column(String(4000))
    """Permission names separated by spaces; `*` for all."""
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
