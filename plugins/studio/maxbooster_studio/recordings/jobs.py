"""Measuring a recording in the background."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import msgspec

from maxbooster.plugin import Context, Problem, job

from ..analysis import Measured, Told, measure
from ..audio import open_audio
from ..drawings import packed_curve, packed_peaks
from ..events import RecordingAnalysed
from ..work import DONE, attempt, beside, give_up, settle
from . import queries
from .models import Recording, RecordingPicture


@job("studio.analyse", queue="long", attempts=4, timeout_s=3600.0)
async def analyse(ctx: Context, recording_id: UUID) -> None:
    """Measure the file and draw it. A file that cannot be read is a result too: the row says why."""
    row = await queries.unfinished(ctx, recording_id)
    if row is None:
        return
    measured = await attempt(_measured(ctx, row))
    if isinstance(measured, Problem):
        await give_up(ctx, Recording, row.id, measured)
    else:
        await _keep(ctx, row, measured)


async def _measured(ctx: Context, row: Recording) -> Measured:
    file = await ctx.files.get(row.file_id)
    async with ctx.files.local(file) as path:
        return await beside(ctx, lambda told: _measure(path, file.name, told), f"Measuring {row.title}")


def _measure(path: Path, name: str, told: Told) -> Measured:
    with open_audio(path, name) as audio:
        return measure(audio, told)


async def _keep(ctx: Context, row: Recording, measured: Measured) -> None:
    found = measured.analysis
    ctx.add(RecordingPicture(id=row.id, peaks=packed_peaks(measured), loudness=packed_curve(measured)))
    ctx.emit(
        RecordingAnalysed(
            row.id, row.file_id, row.title, found.duration_s, found.sample_rate_hz, found.channels,
            found.integrated_lufs, found.true_peak_dbtp,
        )
    )  # fmt: skip
    ctx.audit("recording.analysed", row, after={"integrated_lufs": found.integrated_lufs})
    done = {"state": DONE, "reason": None, "analysis": msgspec.to_builtins(found)}
    await ctx.write(settle, Recording, ctx.account, row.id, done)
