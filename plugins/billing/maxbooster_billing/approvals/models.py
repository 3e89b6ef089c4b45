from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Json, Owned, Table, Versioned

WAITING, APPROVED, REJECTED = "waiting", "approved", "rejected"


class Proposal(Versioned, Owned, Table):
    """waiting → approved or rejected. What it proposes is posted under its own key, once it is approved."""

    __tablename__ = "billing_proposal"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        CheckConstraint("state IN ('waiting', 'approved', 'rejected')", "state"),
    )

    key: Mapped[str] = mapped_column(String(200))
    transaction: Mapped[Any] = mapped_column(Json)
    """A `Transaction`, as it will be posted."""
    state: Mapped[str] = mapped_column(String(8))
    proposed_by: Mapped[UUID | None]
    """None: an API key."""
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    posted_id: Mapped[UUID | None]
