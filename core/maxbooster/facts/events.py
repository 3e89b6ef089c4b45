"""What the rest of the platform hears about facts."""

from __future__ import annotations

from uuid import UUID

from ..events.event import Event


class FactsReady(Event, frozen=True, tag="facts.ready"):
    """A part of a dataset was published, published again, or withdrawn. What it says now is read, not told."""

    dataset: str
    part: str
    version: int
    """Of the dataset."""
    file: UUID | None
    """Parquet; absent: the part was withdrawn."""
    rows: int

    def entity(self) -> str:
        return f"{self.dataset}:{self.part}"
