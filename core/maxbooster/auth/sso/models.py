"""Who somebody is at a provider, sign-ins that are under way, and what an account set up for its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...db.models import Local, Owned, Table, Versioned


class LinkedIdentity(Local, Table):
    """A person's login at a provider, by which they log in here. Issuer and subject are claimed in the directory."""

    __tablename__ = "core_identity"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    provider: Mapped[str] = mapped_column(String(80))
    """Through which it was linked."""
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(254))
    """Their email address or name there, so that a person can tell which it is."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTrip(Local, Table):
    """Somebody was sent to a provider from one browser; or came back, and something is still asked of them here."""

    __tablename__ = "core_sign_in_trip"
    __table_args__ = (Index("ix_core_sign_in_trip_expires_at", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Of `state`; once they are back, of the ticket."""
    browser: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Hash of the cookie that the browser got."""
    provider: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(10))
    """`log in`, `link`, `prove` or `test`."""
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    """Who was logged in when it began."""
    session_id: Mapped[UUID | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """What only we know of it; afterwards who they are."""
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AccountProvider(Versioned, Owned, Table):
    """The provider at which an account's members sign in: one for each account."""

    __tablename__ = "core_account_provider"
    __table_args__ = (UniqueConstraint("account_id"),)

    title: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(300))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The client's secret."""
    role: Mapped[str] = mapped_column(String(20))
    """Of people who come by it for the first time."""
    trusted: Mapped[bool]
    """Whether a second factor that it vouches for is enough in this account."""
    required: Mapped[bool]
    """Whether members with a confirmed domain have to sign in there; owners need not."""
    enabled: Mapped[bool]
    tested_at: Mapped[datetime | None]
    """When somebody signed in there with what stands here now."""
    updated_at: Mapped[datetime]


class AccountDomain(Owned, Table):
    """A domain of email addresses that an account says is its own. A confirmed one is claimed in the directory."""

    __tablename__ = "core_account_domain"
    __table_args__ = (UniqueConstraint("account_id", "domain"),)

    domain: Mapped[str] = mapped_column(String(253))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When the operator had proof that it is."""


def secret_place(account: UUID) -> str:
    """Where an account's client secret is kept, for the keyring that seals it."""
    return f"sign-in provider/{account}"


def trip_place(id: UUID) -> str:
    return f"sign-in trip/{id}"
