from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Owned, Table, Versioned, owned_reference

HELD, SENT, PAID, FAILED = "held", "sent", "paid", "failed"
FINAL = (PAID, FAILED)


class Payout(Versioned, Owned, Table):
    """held → sent → paid, or failed. Its hold lies in the ledger under `payout:<id>:hold`."""

    __tablename__ = "billing_payout"
    __table_args__ = (
        owned_reference("payee_id", "billing_payee", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "key"),
        CheckConstraint("state IN ('held', 'sent', 'paid', 'failed')", "state"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_billing_payout_payee", "account_id", "payee_id"),
    )

    payee_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(100))
    """Whoever asked for it named it so; the same key pays once."""
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger, default=0)
    hold_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(500), default="")
    provider: Mapped[str] = mapped_column(String(40))
    destination: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(200), default="")
    requested_by: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
