"""Tables of royalties. Lines are kept in a file of the statement's own; here stands what they add up to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Json, Owned, Table, Versioned, owned_reference

IMPORTING, IMPORTED, REFUSED = "importing", "imported", "refused"


class Split(Owned, Table):
    """Who has which part of a track's royalties, from a month on. A split that was used is never changed."""

    __tablename__ = "distribution_royalty_split"
    __table_args__ = (
        owned_reference("track_id", "distribution_track", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "track_id", "valid_from"),
        CheckConstraint("whole > 0", "whole"),
    )

    track_id: Mapped[UUID]
    valid_from: Mapped[date]
    shares: Mapped[list[tuple[str, int]]] = mapped_column(Json)
    """Payee and parts; together they are `whole`."""
    whole: Mapped[int]
    made_at: Mapped[datetime]


class Statement(Versioned, Owned, Table):
    """What an outlet says it owes. There is one of a file, however often it is imported."""

    __tablename__ = "distribution_royalty_statement"
    __table_args__ = (UniqueConstraint("account_id", "sha256"),)

    source: Mapped[str] = mapped_column(String(40))
    """Who pays: the party of the receivable."""
    file_id: Mapped[UUID]
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    layout: Mapped[str] = mapped_column(String(60))
    options: Mapped[Any] = mapped_column(Json)
    """`ImportOptions`: how it is read and converted."""
    state: Mapped[str] = mapped_column(String(10))
    fault: Mapped[str | None] = mapped_column(String(1000))
    """Why it was refused: file, line, column, value, and what to do."""
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    rounded_lines: Mapped[int] = mapped_column(BigInteger, default=0)
    """Lines with more decimals than a unit has."""
    lines_file_id: Mapped[UUID | None]
    """Every line, in the plain form that `lines.py` writes."""
    round: Mapped[int] = mapped_column(default=0)
    """How often something of it was posted."""
    received_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]


class Earning(Owned, Table):
    """What a statement's lines for one track and month add up to, in units (`amounts.py`)."""

    __tablename__ = "distribution_royalty_earning"
    __table_args__ = (
        owned_reference("statement_id", "distribution_royalty_statement"),
        owned_reference("track_id", "distribution_track", on_delete="RESTRICT"),
        owned_reference("split_id", "distribution_royalty_split", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "statement_id", "number", name="uq_distribution_royalty_earning_number"),
        Index("ix_distribution_royalty_earning_track", "account_id", "track_id"),
    )

    statement_id: Mapped[UUID]
    number: Mapped[int]
    """Within the statement; its lines carry it."""
    isrc: Mapped[str] = mapped_column(String(20))
    upc: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    artist: Mapped[str] = mapped_column(String(300))
    month: Mapped[date]
    lines: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    source_currency: Mapped[str] = mapped_column(String(3))
    source_amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    """At the statement's rate, in units of `currency`."""
    track_id: Mapped[UUID | None]
    """None: it waits in the queue of what is not matched."""
    split_id: Mapped[UUID | None]
    round: Mapped[int | None]
    """In which round it was posted; None: not yet."""


class Allocation(Owned, Table):
    """What a payee got in one round of a statement: amount + carried in = credited + carried out, to the unit."""

    __tablename__ = "distribution_royalty_allocation"
    __table_args__ = (
        owned_reference("statement_id", "distribution_royalty_statement"),
        UniqueConstraint(
            "account_id",
            "statement_id",
            "round",
            "payee_id",
            "currency",
            name="uq_distribution_royalty_allocation_payee",
        ),
        Index("ix_distribution_royalty_allocation_payee", "account_id", "payee_id"),
    )

    statement_id: Mapped[UUID]
    round: Mapped[int]
    payee_id: Mapped[UUID]
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    carried_in: Mapped[int] = mapped_column(BigInteger)
    credited: Mapped[int] = mapped_column(BigInteger)
    """Minor units."""
    carried_out: Mapped[int] = mapped_column(BigInteger)


class Carry(Owned, Table):
    """Units less than a minor unit that wait for a payee's next credit, or for a source's next receivable."""

    __tablename__ = "distribution_royalty_carry"
    __table_args__ = (UniqueConstraint("account_id", "party", "currency"),)

    party: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    units: Mapped[int] = mapped_column(BigInteger)


tables: list[type] = [Split, Statement, Earning, Allocation, Carry]
