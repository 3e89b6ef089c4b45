"""What the rest of the platform hears about disputes, in the seller's account."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class PaymentDisputed(Event, frozen=True, tag="payment.disputed"):
    """The buyer's bank wants a payment back."""

    sale: UUID
    reference: str
    currency: str
    amount: int
    """Minor units of this seller's part."""
    reason: str


class DisputeClosed(Event, frozen=True, tag="dispute.closed"):
    """It is decided whose the money is."""

    sale: UUID
    reference: str
    currency: str
    amount: int
    won: bool
