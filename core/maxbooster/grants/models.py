"""Grants as rows of the account whose object they open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table


class GrantRow(Owned, Table):
    """Of its link only a hash is kept: the token is shown once."""

    __tablename__ = "core_grant"
    __table_args__ = (
        Index("ix_core_grant_object", "account_id", "object_id"),
        Index("ix_core_grant_hash", "hash"),
        Index("ix_core_grant_id", "id"),
        Index("ix_core_grant_receiver_id", "receiver_id"),
        Index("ix_core_grant_email", "email"),
    )

    kind: Mapped[str] = mapped_column(String(80))
    """The name of its Grantable."""
    object_id: Mapped[UUID]
    rights: Mapped[str] = mapped_column(String(2000))
    """Permissions separated by spaces."""
    label: Mapped[str] = mapped_column(String(100))
    """For whom it is, in the owner's words."""
    receiver_id: Mapped[UUID | None]
    """The account that it is given to; None: whoever has the link, or nobody until it is accepted."""
    email: Mapped[str | None] = mapped_column(String(254))
    """To whom it is offered: whoever logs in with this address may accept it for an account of theirs."""
    hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the link's token."""
    given_by: Mapped[UUID]
    """The user: a grant is worth no more than what they may do."""
    credential_id: Mapped[UUID | None]
    """The API key or the login of a program that it was made with, and ends with; None: a person at a browser."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
