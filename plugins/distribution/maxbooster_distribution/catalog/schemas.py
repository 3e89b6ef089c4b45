"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from ..description import Code, Kind, ReleaseDescription
from ..media import AudioFacts, CoverFacts
from .models import Registrant


class ReleaseMade(Struct):
    id: UUID


class ReleaseChange(Struct):
    version: int
    """The version that was read; the change is refused if there is a newer one."""
    description: ReleaseDescription


class ReleaseRow(Struct):
    id: UUID
    version: int
    kind: Kind
    title: str
    subtitle: str | None
    upc: str | None
    release_date: date | None
    cover_file_id: UUID | None
    changed_at: datetime
    tracks: int
    artists: str = ""
    """As they are shown: "A & B feat. C"."""


class TrackFacts(Struct):
    """What is known of a track beyond its description; in the order of `description.tracks`."""

    id: UUID
    audio: AudioFacts | None


class ReleaseOut(Struct):
    id: UUID
    version: int
    description: ReleaseDescription
    tracks: list[TrackFacts]
    cover: CoverFacts | None
    changed_at: datetime


class LabelDetails(Struct):
    name: Annotated[str, Meta(max_length=200)]
    dpid: Code | None = None
    isrc_prefix: Code | None = None
    gs1_prefix: Code | None = None


class RegistrantIn(LabelDetails):
    expected: LabelDetails | None = None
    """The details as they were read: the change is refused if they are others by now."""


class RegistrantOut(Struct):
    name: str = ""
    dpid: str | None = None
    isrc_prefix: str | None = None
    gs1_prefix: str | None = None
    isrcs_issued: int = 0
    """In `isrc_year`."""
    isrc_year: int = 0
    upcs_issued: int = 0

    @classmethod
    def of(cls, row: Registrant | None) -> RegistrantOut:
        if row is None:
            return cls()
        prefixes = (row.name, row.dpid, row.isrc_prefix, row.gs1_prefix)
        return cls(*prefixes, row.isrc_issued, row.isrc_year, row.upc_issued)


class Issued(Struct):
    upc: str
    isrcs: list[str]
    """Of all tracks, in order."""
