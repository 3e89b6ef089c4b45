"""What the rest of the platform may hear about files."""

from __future__ import annotations

from uuid import UUID

from ..events.event import Event


class FileReady(Event, frozen=True, tag="file.ready"):
    """A file has arrived whole and passed its check: from now on it can be used."""

    file_id: UUID
    file_name: str
    size: int
    media_type: str
    sha256: str
