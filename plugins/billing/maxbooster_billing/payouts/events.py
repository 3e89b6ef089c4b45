"""What payouts tell the rest of the platform."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class PayoutPaid(Event, frozen=True, tag="payout.paid"):
    """The payee has been paid."""

    payout: UUID
    payee: UUID
    currency: str
    amount: int


class PayoutFailed(Event, frozen=True, tag="payout.failed"):
    """The amount is owed to the payee again."""

    payout: UUID
    payee: UUID
    reason: str
