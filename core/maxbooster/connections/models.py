"""Logins as rows, and sign-ins that are under way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table

ACTIVE, LOST, CLOSED = "active", "lost", "closed"


class ConnectionRow(Owned, Table):
    """One login at an outside service. What it consists of lies sealed in it and nowhere else."""

    __tablename__ = "core_connection"
    __table_args__ = (
        UniqueConstraint("account_id", "provider", "subject"),
        Index("ix_core_connection_renew_at", "renew_at"),
    )

    provider: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    """What the account calls it; at first the user's name there."""
    subject: Mapped[str] = mapped_column(String(300))
    """The provider's id of the user."""
    scopes: Mapped[str] = mapped_column(String(2000))
    """What was granted, separated by spaces."""
    state: Mapped[str] = mapped_column(String(10))
    """`active`, `lost` (a person has to log in again) or `closed` (by a person; nothing secret is kept)."""
    reason: Mapped[str] = mapped_column(String(500))
    """Why it was lost, or could not be renewed just now."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What was valid before the last renewal, until the new has worked once."""
    generation: Mapped[int]
    """Counts the times that `sealed` was replaced: whoever replaces it says which they saw."""
    expires_at: Mapped[datetime | None]
    """Of the access token."""
    renew_at: Mapped[datetime | None]
    """When it should be renewed; None: never by itself."""
    lease: Mapped[UUID | None]
    """Who is renewing it just now,"""
    leased_until: Mapped[datetime | None]
    """and until when nobody else may; after a failed attempt, until when nobody tries."""
    created_at: Mapped[datetime]
    renewed_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]


class SignInRow(Owned, Table):
    """Somebody was sent to a provider to log in, and has not come back yet."""

    __tablename__ = "core_connection_sign_in"
    __table_args__ = (
        UniqueConstraint("account_id", "hash"),
        Index("ix_core_connection_sign_in_expires_at", "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of `state`, which only the browser and the provider know."""
    session_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    provider: Mapped[str] = mapped_column(String(80))
    connection_id: Mapped[UUID | None]
    """Which connection is to be restored; None: a new one."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """PKCE verifier and nonce."""
    expires_at: Mapped[datetime]


def place(account: UUID, id: UUID) -> str:
    """Where a connection's login is kept, for the keyring that seals it."""
    return f"connection/{account}/{id}"
