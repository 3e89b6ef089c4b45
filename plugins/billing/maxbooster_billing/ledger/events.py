"""What the ledger tells the rest of the platform."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class TransferSent(Event, frozen=True, tag="transfer.sent"):
    """Money has left a book for another account's; its other half is posted by whoever hears this."""

    transfer: UUID
    sender: UUID
    receiver: UUID
    currency: str
    amount: int
    purpose: str
    party: str
    memo: str
