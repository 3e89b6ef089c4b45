"""What royalties keep when people go."""

from __future__ import annotations

from collections.abc import Sequence

from maxbooster.plugin import PersonalData

from .models import Allocation, Carry, Split, Statement, Waiting

_VOUCHERS = "what postings in the books rest on is kept by law, and says who is meant by ids alone"


def declared() -> Sequence[PersonalData]:
    tables = (Split, Statement, Waiting, Allocation, Carry)
    return [PersonalData(table=table, erase="keep", why=_VOUCHERS) for table in tables]
