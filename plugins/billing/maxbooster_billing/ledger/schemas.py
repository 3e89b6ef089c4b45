"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from ..currency import LARGEST
from ..parties import party_name
from .models import LedgerAccount
from .posting import Leg, Transaction
from .purposes import PURPOSES

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", examples=["EUR"])]
Minor = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]


class Balance(Struct):
    """One ledger account. `amount` is seen from its own side: what is owed to a payee is positive."""

    id: UUID
    purpose: str
    party: str
    currency: str
    amount: int
    held: int
    """Of it, what pending transactions may yet take."""
    available: int

    @classmethod
    def of(cls, row: LedgerAccount) -> Balance:
        amount = row.side * row.balance
        return cls(row.id, row.purpose, row.party, row.currency, amount, row.held, amount - row.held)


class Entry(Struct):
    """One leg of a transaction: debits are positive minor units."""

    transaction: UUID
    leg: int
    """Which of the transaction's it is, from 0."""
    purpose: str
    party: str
    currency: str
    amount: int
    phase: str
    memo: str
    key: str
    settles: UUID | None
    reverses: UUID | None
    effective_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, row: Any) -> Entry:
        return cls(
            row.transaction_id, row.leg, row.purpose, row.party, row.currency, row.amount, row.phase, row.memo, row.key,
            row.settles, row.reverses, row.effective_at, row.recorded_at,
        )  # fmt: skip


class EntryPage(Struct):
    entries: list[Entry]
    next: UUID | None = None
    """Give it as `before` for the following page; absent on the last."""


class Earned(Struct):
    """What one source came to owe in a month, in minor units, whether it has paid it or not."""

    month: str
    """When it was booked, as `2026-09` (UTC)."""
    currency: str
    source: str
    source_name: str
    """As people call it."""
    amount: int


class LegIn(Struct, forbid_unknown_fields=True):
    purpose: str
    amount: Minor
    """Minor units; debits are positive."""
    party: Annotated[str, Meta(max_length=80)] = ""


class TransactionIn(Struct, forbid_unknown_fields=True):
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    """Your name for it: the same key posts once."""
    currency: Currency
    legs: Annotated[list[LegIn], Meta(min_length=2, max_length=100)]
    memo: Annotated[str, Meta(max_length=500)] = ""
    at: datetime | None = None
    """When it took effect; absent: now."""

    def transaction(self) -> Transaction:
        legs = tuple(Leg(leg.purpose, leg.amount, leg.party) for leg in self.legs)
        return Transaction(key=MANUAL + self.key, currency=self.currency, legs=legs, memo=self.memo, at=self.at)


class ReceiptIn(Struct, forbid_unknown_fields=True):
    """Money that has arrived at the bank from whoever owed it."""

    key: Annotated[str, Meta(min_length=1, max_length=80)]
    """Your name for it, such as the bank's reference: the same key posts once."""
    source: Annotated[str, Meta(min_length=1, max_length=80)]
    """Who paid, as the receivable names it."""
    currency: Currency
    amount: Annotated[int, Meta(ge=1, le=LARGEST)]
    """Minor units."""
    memo: Annotated[str, Meta(max_length=400)] = ""
    at: datetime | None = None
    """When it arrived; absent: now."""

    def transaction(self) -> Transaction:
        legs = (Leg("bank", self.amount), Leg("receivable", -self.amount, self.source))
        memo = self.memo or f"Arrived from {party_name(self.source)}"
        return Transaction(key=f"{MANUAL}received:{self.key}", currency=self.currency, legs=legs, memo=memo, at=self.at)


MANUAL = "manual:"
"""What people post by hand; the rest is posted by those who know what it means, and undone there."""


class PostedOut(Struct):
    id: UUID
    repeated: bool = False
    """Whether it was there already."""
    pending: bool = False
    """It touches money or what is owed, so it waits for a second person (`listProposals`)."""


class PurposeOut(Struct):
    name: str
    root: str
    meaning: str


PURPOSE_LIST = [PurposeOut(each.name, each.root, each.meaning) for each in PURPOSES.values()]
