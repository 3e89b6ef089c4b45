from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Owned, Table, Versioned, owned_reference

WAITING, FILED, EXECUTED, FAILED = "waiting", "filed", "executed", "failed"


class BankOrder(Versioned, Owned, Table):
    """One payout, by its id: waiting → filed → executed or failed."""

    __tablename__ = "billing_bank_order"
    __table_args__ = (
        owned_reference("file_id", "billing_bank_file", on_delete="RESTRICT"),
        CheckConstraint("state IN ('waiting', 'filed', 'executed', 'failed')", "state"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_billing_bank_order_state", "account_id", "state"),
    )

    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    destination: Mapped[str] = mapped_column(String(200))
    statement: Mapped[str] = mapped_column(String(140))
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(500), default="")
    file_id: Mapped[UUID | None]
    ordered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BankFile(Owned, Table):
    """A payment file, kept byte by byte: a second one for the same payouts would pay them twice."""

    __tablename__ = "billing_bank_file"

    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
