"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from maxbooster_billing.plugin import digits

from .amounts import written
from .models import Allocation, Statement
from .reading import Decimals


class Share(Struct, forbid_unknown_fields=True):
    payee: UUID
    parts: Annotated[int, Meta(ge=1, le=1_000_000)]


class SplitIn(Struct, forbid_unknown_fields=True):
    shares: Annotated[list[Share], Meta(min_length=1, max_length=100)]
    whole: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """What the parts add up to; absent: 10000 (basis points) or 1000000 (parts per million)."""


class SplitOut(Struct):
    shares: list[Share]
    """Empty: none is set."""
    whole: int
    made_at: datetime | None = None


class StatementIn(Struct, forbid_unknown_fields=True):
    file_id: UUID
    layout: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,59}$")] = "standard"
    source: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] | None = None
    """Who pays, as the receivable names it; absent: the layout's name."""
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])] | None = None
    """For files that do not say it."""
    decimals: Decimals = "auto"


class StatementTaken(Struct):
    id: UUID
    job: UUID | None
    """Ask `getJob` how far it is; absent if this file was imported before."""


class PayeeAmount(Struct):
    payee: UUID
    amount: str
    """The exact share of this statement."""
    credited: int
    """Minor units that were posted; the rest is carried to the next statement."""
    carried_in: str
    carried_out: str


class StatementOut(Struct):
    id: UUID
    state: str
    """`importing`, `imported` or `failed`."""
    reason: str | None
    source: str
    file_id: UUID
    file_name: str
    layout: str
    lines: int
    matched: int
    unmatched: int
    unsplit: int
    """Of the matched lines those whose track has no split."""
    rounded: int
    currency: str | None
    total: str
    """Exact, as a decimal number."""
    unallocated: str
    """Of `total`, what has no payee yet."""
    received_at: datetime
    imported_at: datetime | None
    payees: list[PayeeAmount] = []

    @classmethod
    def of(cls, row: Statement, allocations: list[PayeeAmount] | None = None) -> StatementOut:
        places = digits(row.currency or "")
        return cls(
            row.id, row.state, row.reason, row.source, row.file_id, row.file_name, row.layout,
            row.lines, row.matched, row.unmatched, row.unsplit, row.rounded, row.currency,
            written(row.amount, places), written(row.unallocated, places),
            row.received_at, row.imported_at, allocations or [],
        )  # fmt: skip


def payee_amount(row: Allocation) -> PayeeAmount:
    places = digits(row.currency)
    exact = (written(each, places) for each in (row.amount, row.carried_in, row.carried_out))
    amount, carried_in, carried_out = exact
    return PayeeAmount(row.payee_id, amount, row.credited, carried_in, carried_out)


class LayoutOut(Struct):
    name: str
    title: str
    columns: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
