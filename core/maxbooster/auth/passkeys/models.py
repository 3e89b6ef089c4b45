"""Passkeys as rows. They are read before the account of a request is known."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ...db.models import Local, Table


class Passkey(Local, Table):
    __tablename__ = "core_passkey"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    """The authenticator's name for it (WebAuthn §4, credential ID)."""
    user_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """In COSE form."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """Of the last use; synced passkeys leave it at 0."""
    transports: Mapped[str] = mapped_column(String(100))
    """How browsers reach it, separated by spaces: a hint for them."""
    synced: Mapped[bool]
    """Whether its provider keeps a copy on other devices."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SpentChallenge(Local, Table):
    """A challenge that was answered: it is not answered again."""

    __tablename__ = "core_spent_challenge"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
