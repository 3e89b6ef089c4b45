"""Tables of deliveries: one row per journey of one release to one store, its stages, and the store's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from maxbooster.plugin import Json, Owned, Table, Versioned, owned_reference

LONGEST_NOTE = 1000


def cut(text: str, longest: int) -> str:
    """Stores write as much as they like; a column holds so much of it, and shows that there was more."""
    return f"{text[: longest - 1]}…" if len(text) > longest else text


def cut_to(longest: int) -> Callable[[Table, str, str | None], str | None]:
    return lambda _row, _name, text: None if text is None else cut(text, longest)


class Delivery(Versioned, Owned, Table):
    """`what` it is: `insert`, `update`, `takedown` or `reactivation`; `state`: see `states.py`."""

    __tablename__ = "distribution_delivery"
    __table_args__ = (
        owned_reference("release_id", "distribution_release", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "release_id", "outlet", "number"),
    )

    release_id: Mapped[UUID]
    revision: Mapped[int]
    """The version of the release that it delivers."""
    outlet: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    """Of this release to this store, from 1."""
    what: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    """What went wrong or is waited for, in plain words."""
    advice: Mapped[str | None] = mapped_column(String(500))
    """What to do about it."""
    batch: Mapped[str] = mapped_column(String(40))
    """BatchId: `YYYYMMDDhhmmssnnn`; unique for the store over all accounts."""
    sandbox: Mapped[bool]
    """Whether it went to a simulator on this machine."""
    content: Mapped[Any] = mapped_column(Json)
    """`Content`: everything that the package is made from, as it was when it was submitted."""
    tries: Mapped[int] = mapped_column(default=0)
    """How often the store could not be reached in a row."""
    message_file_id: Mapped[UUID | None]
    manifest_file_id: Mapped[UUID | None]
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer_written_at: Mapped[datetime | None]
    """When the store wrote the last answer that counted; what it wrote before comes too late."""
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    """When the store should be done, by its own terms."""
    expected_from: Mapped[datetime]
    sign_due_at: Mapped[datetime]
    """By when something should happen to it, if a job works on it; see `signs.py`."""
    _cut_note = validates("note")(cut_to(LONGEST_NOTE))
    _cut_advice = validates("advice")(cut_to(500))
    stages: Mapped[list[Stage]] = relationship(lazy="raise", order_by="Stage.id", passive_deletes=True)
    acknowledgements: Mapped[list[Acknowledgement]] = relationship(lazy="raise", passive_deletes=True)


class Stage(Owned, Table):
    """A delivery came into a state."""

    __tablename__ = "distribution_stage"
    __table_args__ = (
        owned_reference("delivery_id", "distribution_delivery"),
        Index("ix_distribution_stage_delivery", "account_id", "delivery_id"),
    )

    delivery_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    at: Mapped[datetime]
    _cut_note = validates("note")(cut_to(LONGEST_NOTE))


class FindingOverride(Owned, Table):
    """Somebody's decision that a finding of the review does not apply to a release."""

    __tablename__ = "distribution_override"
    __table_args__ = (
        owned_reference("release_id", "distribution_release"),
        Index("ix_distribution_override_release", "account_id", "release_id"),
    )

    release_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(String(10))
    about: Mapped[str] = mapped_column(Text)
    """The text that the finding objects to; once it is another, the finding is back."""
    reason: Mapped[str] = mapped_column(String(1000))
    user_id: Mapped[UUID | None]
    at: Mapped[datetime]


class Acknowledgement(Owned, Table):
    """A file in which a store says what became of a delivery, or that lies among those that do."""

    __tablename__ = "distribution_acknowledgement"
    __table_args__ = (
        owned_reference("delivery_id", "distribution_delivery"),
        UniqueConstraint("account_id", "delivery_id", "name"),
    )

    delivery_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[UUID | None]
    """None: it cannot be read."""
    status: Mapped[str] = mapped_column(String(80))
    """`SupplyChainStatus`, else `incomplete`, `unreadable` or `about another release`."""
    size: Mapped[int]
    modified: Mapped[int] = mapped_column(BigInteger)
    """Size and time of the file when it was looked at last; it is read again when they differ."""
    at: Mapped[datetime]
