"""A small owned table of the tests' own, with a parent, for what the core promises about rows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from maxbooster.plugin import Event, Owned, Table, Versioned, owned_reference, refusal


class Crate(Versioned, Owned, Table):
    """A crate of records."""

    __tablename__ = "test_crate"
    __table_args__ = (UniqueConstraint("account_id", "name", info=refusal("There is a crate of this name already.")),)

    name: Mapped[str]
    room: Mapped[str | None]
    records: Mapped[list[Record]] = relationship(lazy="raise", back_populates="crate", passive_deletes=True)


class Record(Owned, Table):
    __tablename__ = "test_record"
    __table_args__ = (owned_reference("crate_id", "test_crate"),)

    crate_id: Mapped[UUID]
    title: Mapped[str]
    crate: Mapped[Crate] = relationship(lazy="raise", back_populates="records")


class Sleeve(Owned, Table):
    """A sleeve, perhaps with a record in it. Nothing but its own column says in which crate it is."""

    __tablename__ = "test_sleeve"
    __table_args__ = (owned_reference("record_id", "test_record"),)

    crate_id: Mapped[UUID]
    record_id: Mapped[UUID | None]
    note: Mapped[str]


class Stacked(Event, frozen=True, tag="crate.stacked"):
    crate: str
    number: int
