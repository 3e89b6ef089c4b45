"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
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
    from_month: Annotated[str, Meta(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])\Z", examples=["2026-09"])] | None = None
    """For sales from this month on, until the next split begins; absent: from the start."""


class SplitPeriod(Struct):
    """A split, and for which sales it is."""

    from_month: str | None
    """The first month of sale; absent: from the start. It ends where the next begins."""
    shares: list[Share]
    whole: int
    made_at: datetime


class SplitOut(Struct):
    """What counts for sales of the current month, and every split that counts for some month."""

    shares: list[Share]
    """Empty: none is set."""
    whole: int
    made_at: datetime | None = None
    periods: list[SplitPeriod] = []
    """The earliest months first."""


class ConversionIn(Struct, forbid_unknown_fields=True):
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", examples=["EUR"])]
    """Into which."""
    rate: Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,12})?\Z", examples=["0.9213"])]
    """What one of the file's currency is worth in it; taken exactly, and kept with the statement."""


class StatementIn(Struct, forbid_unknown_fields=True):
    file_id: UUID
    layout: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,59}\Z")] = "standard"
    source: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}\Z")] | None = None
    """Who pays, as the receivable names it; absent: the layout's name."""
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", examples=["EUR"])] | None = None
    """For files that do not say it."""
    decimals: Decimals = "auto"
    """Which mark is the decimal one, where the file does not show it."""
    dates: Dates = "auto"
    """Whether the day or the month comes first, where the file does not show it."""
    columns: Annotated[dict[str, Annotated[str, Meta(max_length=200)]], Meta(max_length=10)] = {}
    """Field → header of its column, where the file does not tell: `{"amount": "Net Revenue"}`. Empty: the statement has
    no such column."""
    sheet: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    """Of an Excel workbook, where more than one sheet can be the statement. Each can be imported as one of its own."""
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
    """Lines of a statement with the same codes and month that have no payee yet, or were given some."""

    id: UUID
    statement: UUID
    source: str
    source_name: str
    """As people call who pays."""
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
    """The month of sale, as `2026-09`."""

    @classmethod
    def of(cls, row: Waiting, statement: Statement, name: str) -> WaitingOut:
        currency = statement.currency or ""
        return cls(
            row.id, row.statement_id, statement.source, name, row.reason, row.isrc, row.upc, row.title, row.artist,
            row.lines, currency, written(row.units, digits(currency)), row.track_id, row.release_id, row.assigned_at,
            statement.file_name, row.month or statement.first_month,
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
    """Whether it has one for all these months of sale: only then can the lines be assigned to it."""
    track: UUID | None = None
    release: UUID | None = None


Standing = Literal["unmatched", "unsplit", "ready"]
"""`unmatched`: no track has their code; `unsplit`: the one that has it has no split for their months; `ready`: it has
one by now, and they can be assigned."""


class SuspenseGroup(Struct):
    """Suspense items of one recording, product or title, over all statements."""

    items: list[WaitingOut]
    lines: int
    suggestions: list[Suggestion]
    standing: Standing
    """What they wait for now."""


class SuspenseQueue(Struct):
    groups: list[SuspenseGroup]
    waiting: int
    """Items that wait in all; `groups` has no more of them than were asked for."""


class TrackSplit(Struct):
    """A track, its split for sales of the current month, and all of its splits."""

    track: UUID
    title: str
    isrc: str | None
    release: UUID
    release_title: str
    upc: str | None
    shares: list[Share]
    whole: int
    periods: list[SplitPeriod]


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
    unsplit: int = 0
    """Lines whose track has no split for their month. Both go to suspense, as when it is imported."""
    unallocated: str = "0"
    """What goes to suspense."""
    stores: list[Total] = []
    sample: list[PreviewLine] = []


class EarnedMonth(Struct):
    """What one source brought in a month."""

    month: str
    """As `2026-09`: of sale, or in which it was booked."""
    currency: str
    source: str
    source_name: str
    amount: str
    """Exact, as a decimal number."""


class RoyaltyCurrency(Struct):
    """A currency that statements are booked in."""

    currency: str
    lines: int
    statements: int


class BreakdownRow(Struct):
    """What one store, country or track brought."""

    name: str
    """A store's title or a country's ISO 3166-1 code, where it is one that is known; else as the statements say it.
    Empty: they don't."""
    detail: str
    """A track's artist; else empty."""
    quantity: float
    """Streams, downloads and whatever else stores count, together."""
    amount: str
    """Exact, as a decimal number."""


class Breakdown(Struct):
    """What imported statements brought, by one dimension; the most first."""

    currency: str | None
    """That of the amounts; None: there is nothing in the ledger."""
    rows: list[BreakdownRow]
    others: int
    """How many more there are,"""
    others_amount: str
    """and what they come to."""
    total: str
    unpublished: int
    """Statements whose lines are still being added up, and are missing here."""


class LinesOut(Struct):
    lines: list[PreviewLine]
    next: int | None
    """Ask again with `after` set to it; absent: there are no more."""


class PayeeShare(Struct):
    """What a payee got of one statement."""

    statement: UUID
    source: str
    source_name: str
    file_name: str
    first_month: str | None
    last_month: str | None
    currency: str
    amount: str
    credited: int
    imported_at: datetime | None
    credited_at: datetime | None
    """When it was posted: with the import, or when it was assigned later. Monthly royalty statements go by it."""


class StatementOut(Struct):
    id: UUID
    state: str
    """`importing`, `imported`, `failed`, `undone`, or `stopped`: its job was canceled or gave up; import it again."""
    reason: str | None
    job: UUID
    source: str
    source_name: str
    """As people call who pays."""
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
        cls, row: Statement, name: str, state: str, reason: str | None, allocations: list[PayeeAmount] | None = None
    ) -> StatementOut:
        places = digits(row.currency or "")
        return cls(
            row.id, state, reason, row.job_id, row.source, name, row.file_id, row.file_name, row.layout,
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


def payee_share(row: Allocation, statement: Statement, name: str, assigned_at: datetime | None = None) -> PayeeShare:
    amount = written(row.amount, digits(row.currency))
    months = (statement.first_month, statement.last_month)
    return PayeeShare(
        row.statement_id, statement.source, name, statement.file_name, *months, row.currency, amount, row.credited,
        statement.imported_at, assigned_at or statement.imported_at,
    )  # fmt: skip


class LayoutOut(Struct):
    name: str
    title: str
    columns: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
