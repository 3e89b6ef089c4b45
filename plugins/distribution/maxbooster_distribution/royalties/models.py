"""Tables of royalties. Lines are kept in a file of the statement's own; here stands what they add up to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Json, Owned, Table, Versioned, owned_reference

IMPORTING, IMPORTED, FAILED, UNDONE = "importing", "imported", "failed", "undone"
STOPPED = "stopped"
"""Shown of one that is importing, but whose job was canceled or has used up its tries."""
UNMATCHED, UNSPLIT = "unmatched", "unsplit"


class Split(Owned, Table):
    """Who has which part of a track's royalties, for sales from a month on until another begins. Never changed: a new
    one takes its place, and statements name theirs. It outlives the track, because the books refer to it."""

    __tablename__ = "distribution_royalty_split"
    __table_args__ = (UniqueConstraint("account_id", "track_id", "number"),)

    track_id: Mapped[UUID]
    number: Mapped[int]
    """From 1; of those that begin in the same month the highest counts."""
    from_month: Mapped[str | None] = mapped_column(String(7))
    """The first month of sale that it is for, as `2026-09`; None: from the start."""
    shares: Mapped[list[tuple[str, int]]] = mapped_column(Json)
    """Payee and parts; together they are `whole`."""
    whole: Mapped[int]
    made_at: Mapped[datetime]


_STANDING = text(f"state <> '{UNDONE}'")


class Statement(Versioned, Owned, Table):
    """What a store says it owes. There is one of a file, a layout and a sheet, however often it is imported, beside
    those of it that were undone."""

    __tablename__ = "distribution_royalty_statement"
    __table_args__ = (
        Index(
            "uq_distribution_royalty_statement_file", "account_id", "sha256", "layout", "sheet",
            unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING,
        ),
        Index("ix_distribution_royalty_statement_content", "account_id", "content"),
    )  # fmt: skip

    source: Mapped[str] = mapped_column(String(40))
    """Who pays: the party of the receivable."""
    file_id: Mapped[UUID]
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    layout: Mapped[str] = mapped_column(String(60))
    sheet: Mapped[str] = mapped_column(String(100), default="")
    """Of a workbook, if somebody chose it."""
    decimals: Mapped[str] = mapped_column(String(5))
    currency: Mapped[str | None] = mapped_column(String(3))
    """As it was asked for; once imported, the statement's own."""
    state: Mapped[str] = mapped_column(String(10))
    job_id: Mapped[UUID]
    """The import under way, or the last."""
    rate: Mapped[str | None] = mapped_column(String(24))
    """What one of the file's currency was taken for in `currency`, as it was given; None: nothing was converted."""
    original_currency: Mapped[str | None] = mapped_column(String(3))
    original_total: Mapped[str | None] = mapped_column(String(40))
    """What the file says, before it was converted."""
    reason: Mapped[str | None] = mapped_column(String(1000))
    """Why it failed: file, line, column, value, and what to do."""
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    matched: Mapped[int] = mapped_column(BigInteger, default=0)
    unmatched: Mapped[int] = mapped_column(BigInteger, default=0)
    unsplit: Mapped[int] = mapped_column(BigInteger, default=0)
    """Lines whose track is known but has no split; like the unmatched ones they go to `unallocated`."""
    rounded: Mapped[int] = mapped_column(BigInteger, default=0)
    """Lines with more decimals than a unit has."""
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    """What its lines add up to, in units (`amounts.py`)."""
    unallocated: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of that, in units, what no payee got."""
    dates: Mapped[str] = mapped_column(String(12), default="auto")
    columns: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """Field → header that was chosen for it."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Digest of what its lines say: another file with the same content is the same statement."""
    repeats: Mapped[UUID | None]
    """An earlier statement with the same content, that this one was imported beside on purpose."""
    first_month: Mapped[str | None] = mapped_column(String(7))
    last_month: Mapped[str | None] = mapped_column(String(7))
    months: Mapped[dict[str, str] | None] = mapped_column(Json)
    """Month of sale → units of its lines, written as text; None: it was imported before they were kept."""
    notes: Mapped[list[str]] = mapped_column(Json, default=list)
    """What a person should know of how it was read."""
    lines_file_id: Mapped[UUID | None]
    """Every line with its split, in the plain form that `lines.py` writes."""
    sales_version: Mapped[int | None]
    """Of the columns with which its lines were published; None: they are not."""
    received_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_why: Mapped[str | None] = mapped_column(String(500))


class Waiting(Versioned, Owned, Table):
    """Lines of a statement with the same codes and month that found no payee: they wait until somebody says whose they
    are."""

    __tablename__ = "distribution_royalty_waiting"
    __table_args__ = (
        owned_reference("statement_id", "distribution_royalty_statement"),
        Index("ix_distribution_royalty_waiting_statement", "account_id", "statement_id"),
    )

    statement_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(10))
    """`unmatched`: no track; `unsplit`: one without a split."""
    isrc: Mapped[str] = mapped_column(String(40))
    upc: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(1000))
    artist: Mapped[str] = mapped_column(String(1000))
    """As the first of the lines says it."""
    month: Mapped[str | None] = mapped_column(String(7))
    """The month of sale, by which its split is chosen; None: it was queued when splits had no dates."""
    lines: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(BigInteger)
    track_id: Mapped[UUID | None]
    release_id: Mapped[UUID | None]
    split_id: Mapped[UUID | None]
    """By which it was divided."""
    assigned_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    """The statement, or the assignment, was undone: what waited of it waits in a row of its own again, or no longer."""


class Allocation(Owned, Table):
    """What a payee got of a statement: amount + carried in = credited + carried out, to the unit."""

    __tablename__ = "distribution_royalty_allocation"
    __table_args__ = (
        owned_reference("statement_id", "distribution_royalty_statement"),
        UniqueConstraint(
            "account_id", "statement_id", "payee_id", "part_id", name="uq_distribution_royalty_allocation_payee"
        ),
    )

    statement_id: Mapped[UUID]
    payee_id: Mapped[UUID]
    part_id: Mapped[UUID]
    """The statement itself, or what waited of it and was assigned later."""
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    carried_in: Mapped[int] = mapped_column(BigInteger)
    credited: Mapped[int] = mapped_column(BigInteger)
    """Minor units."""
    carried_out: Mapped[int] = mapped_column(BigInteger)
    undone_at: Mapped[datetime | None]


class Carry(Owned, Table):
    """Units less than a minor unit that wait for a payee's next credit, or for a source's next receivable."""

    __tablename__ = "distribution_royalty_carry"
    __table_args__ = (UniqueConstraint("account_id", "party", "currency"),)

    party: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    units: Mapped[int] = mapped_column(BigInteger)
