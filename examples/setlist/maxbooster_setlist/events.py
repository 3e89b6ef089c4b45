"""What set lists tell the rest of the platform."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class SetlistPublished(Event, frozen=True, tag="setlist.published"):
    """An artist has settled what will be played, in this order."""

    setlist: UUID
    title: str
    venue: str
    songs: list[str]
