"""What the rest of the platform hears about payments, in the seller's account. `reference` is what the opener of the
checkout called the line."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class PaymentSettled(Event, frozen=True, tag="payment.settled"):
    """A line of a checkout was paid."""

    sale: UUID
    reference: str
    currency: str
    amount: int
    """Minor units that the buyer paid for it."""


class PaymentRefunded(Event, frozen=True, tag="payment.refunded"):
    """The buyer gets back a sale's amount, or a part of it."""

    sale: UUID
    reference: str
    currency: str
    amount: int
    """Minor units of this refund."""
    refunded: int
    """Minor units of all refunds of the sale."""
    whole: bool
    """Whether nothing of the sale is left."""
