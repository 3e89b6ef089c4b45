"""What billing keeps when people go: the law wants books kept, and they hold ids and amounts."""

from __future__ import annotations

from collections.abc import Sequence

from maxbooster.plugin import PersonalData

from .ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction

_BOOKS = "books of account are kept by law, and say who is meant by ids alone"


def declared() -> Sequence[PersonalData]:
    return [
        PersonalData(table=table, erase="keep", why=_BOOKS) for table in (LedgerAccount, LedgerTransaction, LedgerEntry)
    ]
