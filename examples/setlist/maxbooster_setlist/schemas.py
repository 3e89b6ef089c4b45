"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from .models import Setlist

Words = Annotated[str, Meta(min_length=1, max_length=200)]
Seconds = Annotated[int, Meta(ge=1, le=4 * 3600)]


class SongLine(Struct, frozen=True):
    title: Words
    duration_s: Seconds


class NewSetlist(Struct):
    title: Words
    venue: Words
    played_on: date
    songs: list[SongLine] = []


class SetlistChange(Struct):
    title: Words
    venue: Words
    played_on: date
    version: int
    """The version that was read; the change is refused if there is a newer one."""


class SetlistMade(Struct):
    id: UUID


class FillingBegun(Struct):
    job: UUID
    """Ask `getJob` how far it is."""


class SetlistRow(Struct):
    id: UUID
    title: str
    venue: str
    played_on: date
    published_at: datetime | None
    songs: int


class SetlistOut(Struct):
    id: UUID
    version: int
    title: str
    venue: str
    played_on: date
    published_at: datetime | None
    songs: list[SongLine]

    @classmethod
    def of(cls, row: Setlist) -> SetlistOut:
        songs = [SongLine(song.title, song.duration_s) for song in row.songs]
        return cls(row.id, row.version, row.title, row.venue, row.played_on, row.published_at, songs)
