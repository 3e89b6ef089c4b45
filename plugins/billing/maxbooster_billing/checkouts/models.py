"""Tables of what is sold. A checkout may have several sellers and a buyer without an account, so it and its lines
belong to no account; each seller's sale, and what is refunded of it, is the seller's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Local, Owned, Table, Versioned, new_id, owned_reference

OPEN, PROCESSING, PAID, EXPIRED = "open", "processing", "paid", "expired"
"""A checkout waits for the buyer; their bank takes its time; and how it ended."""
SENDING, SENT, DONE, FAILED = "sending", "sent", "done", "failed"
"""A refund waits to be sent; it is on its way; and how it ended."""


class Checkout(Versioned, Local, Table):
    """open → processing → paid, or expired. What is sold, and at which price, does not change after it was opened."""

    __tablename__ = "billing_checkout"
    __table_args__ = (
        UniqueConstraint("opened_by", "key"),
        UniqueConstraint("token"),
        CheckConstraint("state IN ('open', 'processing', 'paid', 'expired')", "state"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_billing_checkout_state", "state", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    opened_by: Mapped[UUID]
    """The account in which it was opened; the platform's own where that was none."""
    key: Mapped[str] = mapped_column(String(100))
    """The opener's name for it: the same key opens one."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of what was asked for under the key."""
    token: Mapped[str] = mapped_column(String(43))
    """Whoever knows it may pay, and see what became of it."""
    provider: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int | None] = mapped_column(BigInteger)
    """What the provider kept of it; None: not known yet."""
    buyer_email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(35))
    """BCP 47: what the buyer reads."""
    return_url: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(200), default="")
    """The provider's own name for it."""
    url: Mapped[str] = mapped_column(String(2000), default="")
    """Where the buyer pays; empty until the provider has said it."""
    failure: Mapped[str] = mapped_column(String(500), default="")
    """Why it expired before its time, in the provider's words."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CheckoutLine(Local, Table):
    """What is bought of one seller under one reference."""

    __tablename__ = "billing_checkout_line"
    __table_args__ = (
        UniqueConstraint("checkout_id", "number"),
        CheckConstraint("amount > 0", "amount"),
        CheckConstraint("quantity > 0", "quantity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    """The seller's sale has the same id."""
    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("billing_checkout.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(SmallInteger)
    """Its place in the cart, from 0."""
    seller: Mapped[UUID]
    reference: Mapped[str] = mapped_column(String(200))
    """The opener's own name for it, as events tell it."""
    description: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    """Of all of the quantity, after discounts."""


class Sale(Versioned, Owned, Table):
    """A line that was paid, in its seller's account."""

    __tablename__ = "billing_sale"
    __table_args__ = (
        CheckConstraint("amount > 0", "amount"),
        CheckConstraint("refunded BETWEEN 0 AND amount", "refunded"),
        Index("ix_billing_sale_paid_at", "account_id", "paid_at"),
    )

    checkout_id: Mapped[UUID]
    reference: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    provider: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int | None] = mapped_column(BigInteger)
    """This sale's part of what the provider kept; None: not known yet."""
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_at: Mapped[datetime]


class Refund(Versioned, Owned, Table):
    """sending → sent → done, or failed."""

    __tablename__ = "billing_refund"
    __table_args__ = (
        owned_reference("sale_id", "billing_sale", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "key"),
        CheckConstraint("state IN ('sending', 'sent', 'done', 'failed')", "state"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_billing_refund_sale", "account_id", "sale_id"),
    )

    sale_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(100))
    """Whoever asked for it named it so; the same key refunds once."""
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(8))
    reference: Mapped[str] = mapped_column(String(200), default="")
    failure: Mapped[str] = mapped_column(String(500), default="")
    """Why it failed, in the provider's words."""
    requested_by: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
