"""What others may hear of."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class FileInfected(Event, frozen=True, tag="clamav.file_infected"):
    """An upload was refused, because the scanner found something in it."""

    file_id: UUID
    file_name: str
    signature: str
    """As the scanner calls it."""
    sha256: str
