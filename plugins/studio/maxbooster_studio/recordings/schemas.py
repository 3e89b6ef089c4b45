"""What goes over HTTP about recordings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from maxbooster.plugin import WorkStatus

from ..analysis import Analysis
from ..targets import Compliance, compliance_of
from .models import Preview, Recording

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class NewRecording(Struct):
    file_id: UUID
    """A file of this account that is ready."""
    title: Title | None = None
    """The file's name without its extension unless said."""


class RecordingUpdate(Struct):
    title: Title


class RecordingMade(Struct):
    id: UUID
    job: UUID
    """Ask `getJob` how far it is."""


class RecordingRow(Struct):
    """`state`: queued → working → done, failed (with a `reason`) or canceled."""

    id: UUID
    file_id: UUID
    title: str
    state: str
    reason: str | None
    created_at: datetime
    duration_s: float | None
    integrated_lufs: float | None
    masters: int


class RecordingOut(Struct):
    id: UUID
    file_id: UUID
    play_file_id: UUID
    """What a browser can play: the same file, or a FLAC of the same samples where browsers cannot decode it."""
    title: str
    state: str
    reason: str | None
    job: UUID
    created_at: datetime
    analysis: Analysis | None
    compliance: list[Compliance]
    """What each store will do with it; empty while it has no loudness."""

    @classmethod
    def of(cls, row: Recording, standing: WorkStatus, preview: Preview | None) -> RecordingOut:
        analysis = analysis_of(row.analysis)
        return cls(
            row.id, row.file_id, preview.file_id if preview else row.file_id, row.title,
            standing.state, standing.reason, row.job_id, row.created_at,
            analysis, compliance_of(analysis),
        )  # fmt: skip


def analysis_of(stored: object) -> Analysis | None:
    return msgspec.convert(stored, Analysis) if stored is not None else None
