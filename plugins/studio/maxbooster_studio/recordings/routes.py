"""Recordings over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from maxbooster.plugin import (
    Conflict,
    Context,
    Cursor,
    Limit,
    NotFound,
    Page,
    Routes,
    WorkStatus,
    delete,
    get,
    patch,
    post,
    work_status,
    work_statuses,
)

from ..drawings import MOST_BINS, Curve, Peaks, curve, peaks
from ..targets import TARGETS, Target
from . import queries, service
from .models import Recording
from .schemas import (
    NewRecording,
    RecordingMade,
    RecordingOut,
    RecordingRow,
    RecordingUpdate,
    analysis_of,
)

Bins = Annotated[int, QueryParameter(ge=1, le=MOST_BINS, description="At least this many, where the length allows it")]


@post("/", operation_id="createRecording", permission="studio.master", raises=[Conflict, NotFound], status_code=202)
async def create_recording(ctx: Context, data: NewRecording) -> RecordingMade:
    """Measure an uploaded file in the background. The same file again is the same recording."""
    return await service.bring(ctx, data)


@get("/", operation_id="listRecordings", permission="studio.read")
async def list_recordings(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[RecordingRow]:
    """This account's recordings, the newest first."""
    found, next = await queries.recordings(ctx, cursor, limit)
    status = await work_statuses(ctx, [row for row, _ in found])
    return Page([_row(row, status[row.id], masters) for row, masters in found], next)


@get("/{recording_id:uuid}", operation_id="getRecording", permission="studio.read")
async def get_recording(ctx: Context, recording_id: UUID) -> RecordingOut:
    """A recording with its analysis, and what each store would do with it as it is."""
    row = await ctx.get(Recording, recording_id)
    return RecordingOut.of(row, await work_status(ctx, row), await queries.preview(ctx, row.id))


@patch("/{recording_id:uuid}", operation_id="updateRecording", permission="studio.master")
async def update_recording(ctx: Context, recording_id: UUID, data: RecordingUpdate) -> RecordingOut:
    """Rename a recording; its file keeps its name."""
    row = await service.rename(ctx, recording_id, data.title)
    return RecordingOut.of(row, await work_status(ctx, row), await queries.preview(ctx, row.id))


@delete(
    "/{recording_id:uuid}",
    operation_id="deleteRecording",
    permission="studio.master",
    raises=[Conflict],
    status_code=204,
)
async def delete_recording(ctx: Context, recording_id: UUID) -> None:
    """Forget a recording and its masters, unless something uses one of those; the files stay."""
    await service.remove(ctx, recording_id)


@get("/{recording_id:uuid}/peaks", operation_id="getRecordingPeaks", permission="studio.read")
async def read_peaks(ctx: Context, recording_id: UUID, bins: Bins = 1000) -> Peaks:
    """The waveform at the resolution that is wanted, as small as it can be."""
    return peaks((await queries.picture(ctx, recording_id)).peaks, bins)


@get("/{recording_id:uuid}/loudness", operation_id="getRecordingLoudness", permission="studio.read")
async def read_loudness(ctx: Context, recording_id: UUID) -> Curve:
    """Short-term loudness over time."""
    return curve((await queries.picture(ctx, recording_id)).loudness)


@get("/", operation_id="listTargets", permission="studio.read")
async def list_targets(ctx: Context) -> list[Target]:
    """The loudness that each store plays at."""
    return list(TARGETS.values())


def _row(row: Recording, work_status: WorkStatus, masters: int) -> RecordingRow:
    analysis = analysis_of(row.analysis)
    return RecordingRow(
        row.id, row.file_id, row.title, work_status.state, work_status.reason, row.created_at,
        analysis.duration_s if analysis else None, analysis.integrated_lufs if analysis else None, masters,
    )  # fmt: skip


routes = [
    Routes(
        "/recordings",
        [
            create_recording,
            list_recordings,
            get_recording,
            update_recording,
            delete_recording,
            read_peaks,
            read_loudness,
        ],
    ),
    Routes("/targets", [list_targets]),
]
