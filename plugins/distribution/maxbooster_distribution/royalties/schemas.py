"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from maxbooster_billing.plugin import digits

from .amounts import written
from .faults import Question
from .models import Allocation, Statement, Waiting
from .months import Dates
from .numbers import Decimals


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


class ConversionIn(Struct, forbid_unknown_fields=True):
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
    """Into which."""
    rate: Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,12})?$", examples=["0.9213"])]
    """What one of the file's currency is worth in it; taken exactly, and kept with the statement."""


class StatementIn(Struct, forbid_unknown_fields=True):
    file_id: UUID
    layout: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,59}$")] = "standard"
    source: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] | None = None
    """Who pays, as the receivable names it; absent: the layout's name."""
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])] | None = None
    """For files that do not say it."""
    decimals: Decimals = "auto"
    """Which mark is the decimal one, where the file does not show it."""
    dates: Dates = "auto"
    """Whether the day or the month comes first, where the file does not show it."""
    columns: Annotated[dict[str, Annotated[str, Meta(max_length=200)]], Meta(max_length=10)] = {}
    """Field → header of its column, where more than one can be meant: `{"amount": "Net Revenue"}`."""
    repeats: UUID | None = None
    """An earlier statement with the same content, beside which this one is imported on purpose. That goes on record."""
    convert: ConversionIn | None = None
    """Book it in another currency; absent: in the file's own, and payees are owed that."""


class StatementTaken(Struct):
    id: UUID
    job: UUID | None
    """Ask `getJob` how far it is; absent if this file was imported before."""


class UndoIn(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    """Why; it goes on record."""
    overpaid: bool = False
    """Whether payees who were paid already shall owe it back: it is taken from what comes next."""


class PayeeAmount(Struct):
    payee: UUID
    amount: str
    """The exact share of this statement."""
    credited: int
    """Minor units that were posted; the rest is carried to the next statement."""
    carried_in: str
    carried_out: str
    assigned: UUID | None = None
    """What of the queue it came from; absent: from the import."""


class WaitingOut(Struct):
    """Lines of a statement with the same codes that have no payee yet, or were given some."""

    id: UUID
    statement: UUID
    source: str
    reason: str
    """`unmatched`: they belong to no track; `unsplit`: to one without a split."""
    isrc: str
    upc: str
    title: str
    artist: str
    lines: int
    currency: str
    amount: str
    """Exact, as a decimal number."""
    track: UUID | None
    release: UUID | None
    assigned_at: datetime | None
    file_name: str = ""
    period: str | None = None
    """Of the statement: its first month."""

    @classmethod
    def of(cls, row: Waiting, statement: Statement) -> WaitingOut:
        currency = statement.currency or ""
        return cls(
            row.id, row.statement_id, statement.source, row.reason, row.isrc, row.upc, row.title, row.artist, row.lines,
            currency, written(row.units, digits(currency)), row.track_id, row.release_id, row.assigned_at,
            statement.file_name, statement.first_month,
        )  # fmt: skip


class AssignIn(Struct, forbid_unknown_fields=True):
    """Either of the two."""

    track: UUID | None = None
    release: UUID | None = None


class AssignManyIn(Struct, forbid_unknown_fields=True):
    """All of these items to either of the two."""

    items: Annotated[list[UUID], Meta(min_length=1, max_length=500)]
    track: UUID | None = None
    release: UUID | None = None


class Suggestion(Struct):
    """A track or release that lines without a payee may belong to, and why."""

    title: str
    artist: str
    code: str
    """Its ISRC or UPC; empty: it has none."""
    reason: str
    score: int
    """0 to 100."""
    split: bool
    """Whether it has one: only then can lines be assigned to it."""
    track: UUID | None = None
    release: UUID | None = None


class SuspenseGroup(Struct):
    """Suspense items of one recording, product or title, over all statements."""

    items: list[WaitingOut]
    lines: int
    suggestions: list[Suggestion]


class TrackSplit(Struct):
    """A track and its split."""

    track: UUID
    title: str
    isrc: str | None
    release: UUID
    release_title: str
    upc: str | None
    shares: list[Share]
    whole: int


class Total(Struct):
    """What one store or month comes to in a preview."""

    name: str
    lines: int
    amount: str


class PreviewLine(Struct):
    number: int
    month: str
    isrc: str
    upc: str
    title: str
    artist: str
    store: str
    territory: str
    quantity: str
    amount: str
    share: str | None = None
    """Of the payee who was asked for."""


class PreviewOut(Struct):
    """What a file says, before anything is imported."""

    readable: bool
    problem: str | None = None
    """Why it cannot be imported as it is."""
    question: Question | None = None
    """What only a person can know; the answer is an option of the import."""
    repeats: UUID | None = None
    """The statement that says the same and was imported before."""
    repeats_file: str | None = None
    repeats_at: datetime | None = None
    partial: bool = False
    """The file is long: only its beginning was read, and totals are those of that."""
    columns: dict[str, str] = {}
    """Field → header that is read as it."""
    unused: list[str] = []
    """Headers that are not read."""
    notes: list[str] = []
    currency: str | None = None
    first_month: str | None = None
    last_month: str | None = None
    lines: int = 0
    total: str = "0"
    unmatched: int = 0
    """Lines whose codes are not in the catalog."""
    unmatched_total: str = "0"
    stores: list[Total] = []
    sample: list[PreviewLine] = []


class LinesOut(Struct):
    lines: list[PreviewLine]
    next: int | None
    """Ask again with `after` set to it; absent: there are no more."""


class PayeeShare(Struct):
    """What a payee got of one statement."""

    statement: UUID
    source: str
    file_name: str
    first_month: str | None
    last_month: str | None
    currency: str
    amount: str
    credited: int
    imported_at: datetime | None


class StatementOut(Struct):
    id: UUID
    state: str
    """`importing`, `imported`, `failed`, `undone`, or `stopped`: its job was cancelled or gave up; import it again."""
    reason: str | None
    job: UUID
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
    rate: str | None
    """At which the file's currency was converted."""
    original_currency: str | None
    original_total: str | None
    total: str
    """Exact, as a decimal number."""
    unallocated: str
    """Of `total`, what has no payee yet."""
    received_at: datetime
    imported_at: datetime | None
    first_month: str | None = None
    last_month: str | None = None
    """The statement period: the months of its lines, as `2026-09`."""
    notes: list[str] = []
    """How it was read, where that was not plain."""
    repeats: UUID | None = None
    undone_at: datetime | None = None
    undone_why: str | None = None
    payees: list[PayeeAmount] = []

    @classmethod
    def of(
        cls, row: Statement, state: str, reason: str | None, allocations: list[PayeeAmount] | None = None
    ) -> StatementOut:
        places = digits(row.currency or "")
        return cls(
            row.id, state, reason, row.job_id, row.source, row.file_id, row.file_name, row.layout,
            row.lines, row.matched, row.unmatched, row.unsplit, row.rounded, row.currency,
            row.rate, row.original_currency, row.original_total,
            written(row.amount, places), written(row.unallocated, places),
            row.received_at, row.imported_at, row.first_month, row.last_month, row.notes, row.repeats,
            row.undone_at, row.undone_why, allocations or [],
        )  # fmt: skip


def payee_amount(row: Allocation) -> PayeeAmount:
    places = digits(row.currency)
    exact = (written(each, places) for each in (row.amount, row.carried_in, row.carried_out))
    amount, carried_in, carried_out = exact
    part = row.part_id if row.part_id != row.statement_id else None
    return PayeeAmount(row.payee_id, amount, row.credited, carried_in, carried_out, part)


def payee_share(row: Allocation, statement: Statement) -> PayeeShare:
    amount = written(row.amount, digits(row.currency))
    months = (statement.first_month, statement.last_month)
    return PayeeShare(
        row.statement_id, statement.source, statement.file_name, *months, row.currency, amount, row.credited,
        statement.imported_at,
    )  # fmt: skip


class LayoutOut(Struct):
    name: str
    title: str
    columns: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
