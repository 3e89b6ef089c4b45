"""Measuring a recording in the background."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from maxbooster.plugin import Context, Problem, TooLarge, Work, attempt_work, fail_work, finish_work, job, run_in_thread

from ..analysis import Measured, Progress, measure
from ..audio import open_audio, plays_in_browsers, write_preview
from ..audio.pieces import pieces
from ..drawings import packed_curve, packed_peaks
from ..events import RecordingAnalyzed
from ..file_purposes import PREVIEW
from . import queries
from .models import Preview, Recording, RecordingPicture
from .titles import title_of


@job("studio.analyze", queue="long", attempts=4, timeout_s=3600.0)
async def analyze(ctx: Context, recording_id: UUID) -> None:
    """Measure the file and draw it. A file that cannot be read is a result too: the row says why."""
    row = await queries.unfinished(ctx, recording_id)
    if row is None:
        return
    heard = await attempt_work(_heard(ctx, row))
    if isinstance(heard, Problem):
        await fail_work(ctx, Recording, row.id, heard)
    else:
        await _keep(ctx, row, heard)


@dataclass(frozen=True)
class _Heard:
    measured: Measured
    preview: UUID | None


async def _heard(ctx: Context, row: Recording) -> _Heard:
    file = await ctx.files.get(row.file_id)
    async with ctx.files.local(file) as path:
        note = f"Measuring {row.title}"
        measured, plays = await run_in_thread(ctx, lambda told: _measure(path, file.name, told), note, share=(0, 0.7))
        return _Heard(measured, None if plays else await _preview(ctx, path, file.name))


def _measure(path: Path, name: str, told: Progress) -> tuple[Measured, bool]:
    with open_audio(path, name) as audio:
        return measure(audio, told), plays_in_browsers(audio)


async def _preview(ctx: Context, path: Path, name: str) -> UUID | None:
    """Stored among the files; None if there is no room for it, which is no reason not to have measured."""
    with tempfile.TemporaryFile() as file:
        note = f"Making {name} playable in browsers"
        await run_in_thread(ctx, lambda told: _write(path, name, file, told), note, share=(0.7, 0.97))
        try:
            return (await ctx.files.put(f"{title_of(name)} – preview.flac", pieces(file), purpose=PREVIEW)).id
        except TooLarge:
            return None


def _write(path: Path, name: str, file: BinaryIO, told: Progress) -> None:
    with open_audio(path, name) as audio:
        write_preview(audio, file, told)


async def _keep(ctx: Context, row: Recording, heard: _Heard) -> None:
    measured, found = heard.measured, heard.measured.analysis
    ctx.add(RecordingPicture(id=row.id, peaks=packed_peaks(measured), loudness=packed_curve(measured)))
    if heard.preview is not None:
        ctx.add(Preview(id=row.id, file_id=heard.preview))
    ctx.emit(
        RecordingAnalyzed(
            row.id, row.file_id, row.title, found.duration_s, found.sample_rate_hz, found.channels,
            found.integrated_lufs, found.true_peak_dbtp,
        )
    )  # fmt: skip
    ctx.audit("recording.analyzed", row, after={"integrated_lufs": found.integrated_lufs})
    done = {"state": Work.DONE, "reason": None, "analysis": msgspec.to_builtins(found)}
    await ctx.write(finish_work, Recording, ctx.account, row.id, done)
