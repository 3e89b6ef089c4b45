from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Local, Owned, Table, Versioned, new_id, owned_reference

INQUIRY, NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST = "inquiry", "needs_response", "under_review", "won", "lost"
CLOSED = (WON, LOST)
_STATES = "state IN ('inquiry', 'needs_response', 'under_review', 'won', 'lost')"


class Dispute(Versioned, Local, Table):
    """Of a whole payment, as the provider tells it. An inquiry withholds nothing yet."""

    __tablename__ = "billing_dispute"
    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        CheckConstraint(_STATES, "state"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_billing_dispute_checkout", "checkout_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(200))
    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("billing_checkout.id", ondelete="RESTRICT"))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    """What the provider charges for it, whoever is right."""
    withheld: Mapped[bool]
    """Whether the provider has taken the amount back; it stays so, and `won` gives it back."""
    reason: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    respond_by: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SaleDispute(Versioned, Owned, Table):
    """A seller's part of a dispute."""

    __tablename__ = "billing_sale_dispute"
    __table_args__ = (
        owned_reference("sale_id", "billing_sale", on_delete="RESTRICT"),
        CheckConstraint(_STATES, "state"),
        Index("ix_billing_sale_dispute_sale", "account_id", "sale_id"),
    )

    sale_id: Mapped[UUID]
    dispute_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    withheld: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    respond_by: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
