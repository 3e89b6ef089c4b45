"""Recordings over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from maxbooster.plugin import Conflict, Context, NotFound, Routes, delete, get, patch, post

from ..drawings import MOST_BINS, Curve, Peaks, curve, peaks
from ..targets import TARGETS, Target
from ..work import Standing, standing, standings
from . import queries, service
from .models import Recording
from .schemas import (
    NewRecording,
    RecordingMade,
    RecordingOut,
    RecordingPage,
    RecordingRow,
    RecordingUpdate,
    analysis_of,
)

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="At most this many, newest first")]
Cursor = Annotated[UUID | None, QueryParameter(description="`next` of the page before")]
Bins = Annotated[int, QueryParameter(ge=1, le=MOST_BINS, description="At least this many, where the length allows it")]


@post("/", operation_id="bringRecording", permission="studio.master", raises=[Conflict, NotFound], status_code=202)
async def bring_recording(ctx: Context, data: NewRecording) -> RecordingMade:
    """Measure an uploaded file in the background. The same file again is the same recording."""
    return await service.bring(ctx, data)


@get("/", operation_id="listRecordings", permission="studio.read")
async def list_recordings(ctx: Context, cursor: Cursor = None, limit: Limit = 50) -> RecordingPage:
    """This account's recordings, the newest first."""
    found = await queries.page(ctx, cursor, limit)
    stand = await standings(ctx, [row for row, _ in found])
    rows = [_row(row, stand[row.id], masters) for row, masters in found[:limit]]
    return RecordingPage(rows, rows[-1].id if len(found) > limit else None)


@get("/{recording_id:uuid}", operation_id="getRecording", permission="studio.read")
async def get_recording(ctx: Context, recording_id: UUID) -> RecordingOut:
    """A recording with its analysis, and what each store would do with it as it is."""
    row = await ctx.get(Recording, recording_id)
    return RecordingOut.of(row, await standing(ctx, row), await queries.preview(ctx, row.id))


@patch("/{recording_id:uuid}", operation_id="updateRecording", permission="studio.master")
async def update_recording(ctx: Context, recording_id: UUID, data: RecordingUpdate) -> RecordingOut:
    """Rename a recording; its file keeps its name."""
    row = await service.rename(ctx, recording_id, data.title)
    return RecordingOut.of(row, await standing(ctx, row), await queries.preview(ctx, row.id))


@delete("/{recording_id:uuid}", operation_id="removeRecording", permission="studio.master", status_code=204)
async def remove_recording(ctx: Context, recording_id: UUID) -> None:
    """Forget a recording and its masters; the files stay."""
    await service.remove(ctx, recording_id)


@get("/{recording_id:uuid}/peaks", operation_id="readRecordingPeaks", permission="studio.read")
async def read_peaks(ctx: Context, recording_id: UUID, bins: Bins = 1000) -> Peaks:
    """The waveform at the resolution that is wanted, as small as it can be."""
    return peaks((await queries.picture(ctx, recording_id)).peaks, bins)


@get("/{recording_id:uuid}/loudness", operation_id="readRecordingLoudness", permission="studio.read")
async def read_loudness(ctx: Context, recording_id: UUID) -> Curve:
    """Short-term loudness over time."""
    return curve((await queries.picture(ctx, recording_id)).loudness)


@get("/", operation_id="listTargets", permission="studio.read")
async def list_targets(ctx: Context) -> list[Target]:
    """The loudness that each store plays at."""
    return list(TARGETS.values())


def _row(row: Recording, standing: Standing, masters: int) -> RecordingRow:
    analysis = analysis_of(row.analysis)
    return RecordingRow(
        row.id, row.file_id, row.title, standing.state, standing.reason, row.created_at,
        analysis.duration_s if analysis else None, analysis.integrated_lufs if analysis else None, masters,
    )  # fmt: skip


routes = [
    Routes(
        "/recordings",
        [
            bring_recording,
            list_recordings,
            get_recording,
            update_recording,
            remove_recording,
            read_peaks,
            read_loudness,
        ],
    ),
    Routes("/targets", [list_targets]),
]
