"""What billing keeps when people go, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from maxbooster.plugin import PersonalData

from .ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from .payouts.models import Payout

_BOOKS = "books of account are kept by law, and say who is meant by ids alone"


def declared() -> Sequence[PersonalData]:
    books = (LedgerAccount, LedgerTransaction, LedgerEntry)
    return [
        *(PersonalData(table=table, erase="keep", why=_BOOKS) for table in books),
        PersonalData(table=Payout, by="requested_by", erase={"requested_by": None}),
    ]
