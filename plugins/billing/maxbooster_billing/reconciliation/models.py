from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Local, Table

MATCHED, BOOKED, OPEN = "matched", "booked", "open"


class BalanceLine(Local, Table):
    """What moved the platform's balance at a provider, as the provider tells it. `matched` is in the books already,
    `booked` came into them by this line, `open` differs from them: `problem` says how, and it is looked at again."""

    __tablename__ = "billing_balance_line"
    __table_args__ = (
        CheckConstraint("state IN ('matched', 'booked', 'open')", "state"),
        Index("ix_billing_balance_line_state", "state", "at"),
    )

    provider: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    """The provider's own."""
    kind: Mapped[str] = mapped_column(String(20))
    order_key: Mapped[str] = mapped_column(String(100))
    """Of the order of ours that it comes from; empty where there is none."""
    description: Mapped[str] = mapped_column(String(500))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Minor units; below zero, it left."""
    fee: Mapped[int] = mapped_column(BigInteger)
    """What the provider kept of it besides."""
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    problem: Mapped[str] = mapped_column(String(500))
