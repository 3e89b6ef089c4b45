"""Measuring a recording in the background."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from maxbooster.plugin import Context, Problem, TooLarge, job

from ..analysis import Measured, Told, measure
from ..audio import open_audio, plays_in_browsers, write_preview
from ..drawings import packed_curve, packed_peaks
from ..events import RecordingAnalysed
from ..work import DONE, attempt, beside, give_up, pieces, settle
from . import queries
from .models import Preview, Recording, RecordingPicture
from .service import title_of


@job("studio.analyse", queue="long", attempts=4, timeout_s=3600.0)
async def analyse(ctx: Context, recording_id: UUID) -> None:
    """Measure the file and draw it. A file that cannot be read is a result too: the row says why."""
    row = await queries.unfinished(ctx, recording_id)
    if row is None:
        return
    heard = await attempt(_heard(ctx, row))
    if isinstance(heard, Problem):
        await give_up(ctx, Recording, row.id, heard)
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
        measured, plays = await beside(ctx, lambda told: _measure(path, file.name, told), note, share=(0, 0.7))
        return _Heard(measured, None if plays else await _preview(ctx, path, file.name))


def _measure(path: Path, name: str, told: Told) -> tuple[Measured, bool]:
    with open_audio(path, name) as audio:
        return measure(audio, told), plays_in_browsers(audio)


async def _preview(ctx: Context, path: Path, name: str) -> UUID | None:
    """Stored among the files; None if there is no room for it, which is no reason not to have measured."""
    with tempfile.TemporaryFile() as file:
        note = f"Making {name} playable in browsers"
        await beside(ctx, lambda told: _write(path, name, file, told), note, share=(0.7, 0.97))
        try:
            return (await ctx.files.put(f"{title_of(name)} – preview.flac", pieces(file), purpose="studio.preview")).id
        except TooLarge:
            return None


def _write(path: Path, name: str, file: BinaryIO, told: Told) -> None:
    with open_audio(path, name) as audio:
        write_preview(audio, file, told)


async def _keep(ctx: Context, row: Recording, heard: _Heard) -> None:
    measured, found = heard.measured, heard.measured.analysis
    ctx.add(RecordingPicture(id=row.id, peaks=packed_peaks(measured), loudness=packed_curve(measured)))
    if heard.preview is not None:
        ctx.add(Preview(id=row.id, file_id=heard.preview))
    ctx.emit(
        RecordingAnalysed(
            row.id, row.file_id, row.title, found.duration_s, found.sample_rate_hz, found.channels,
            found.integrated_lufs, found.true_peak_dbtp,
        )
    )  # fmt: skip
    ctx.audit("recording.analysed", row, after={"integrated_lufs": found.integrated_lufs})
    done = {"state": DONE, "reason": None, "analysis": msgspec.to_builtins(found)}
    await ctx.write(settle, Recording, ctx.account, row.id, done)
