"""Tables: an account's set lists and the songs on them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maxbooster.plugin import Owned, Table, Versioned, owned_reference, refusal


class Setlist(Versioned, Owned, Table):
    __tablename__ = "setlist_setlist"
    __table_args__ = (
        UniqueConstraint(
            "account_id", "played_on", "title", info=refusal("There is a set list of this title on that day already.")
        ),
    )

    title: Mapped[str] = mapped_column(String(200))
    venue: Mapped[str] = mapped_column(String(200))
    played_on: Mapped[date]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]
    songs: Mapped[list[Song]] = relationship(lazy="raise", order_by="Song.position", passive_deletes=True)


class Song(Owned, Table):
    __tablename__ = "setlist_song"
    __table_args__ = (
        owned_reference("setlist_id", "setlist_setlist"),
        UniqueConstraint("account_id", "setlist_id", "position"),
    )

    setlist_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    duration_s: Mapped[int]
