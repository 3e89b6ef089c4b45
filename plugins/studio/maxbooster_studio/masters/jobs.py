"""Mastering in the background. A worker may be killed at any moment: files have no name until they are whole, and a
row says done in the transaction that names its file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from maxbooster.plugin import Context, Problem, Work, attempt_work, fail_work, finish_work, job, run_in_thread

from ..analysis import Measured, Progress
from ..audio import Format, format_named, open_audio
from ..audio.pieces import pieces
from ..drawings import packed_curve, packed_peaks
from ..events import MasterReady
from ..kernel import Chain
from ..mastering import MOST_CHANNELS, Mastered, Wishes, master, met, render
from ..recordings.models import Recording
from ..targets import Target
from . import queries, telling
from .models import Master, MasterPicture, Rendering
from .names import file_name
from .schemas import chain_of, wishes_of


@job("studio.master", queue="long", attempts=4, timeout_s=4 * 3600.0)
async def make(ctx: Context, master_id: UUID) -> None:
    """Choose the chain, render the master, store it."""
    row = await queries.unfinished(ctx, master_id)
    if row is None:
        return
    recording = await ctx.get(Recording, row.recording_id)
    made = await attempt_work(_made(ctx, row, recording))
    if isinstance(made, Problem):
        await telling.failed(ctx, row, recording, made)
        await fail_work(ctx, Master, row.id, made)
    else:
        await _keep(ctx, row, recording, made)


@job("studio.render", queue="long", attempts=4, timeout_s=4 * 3600.0)
async def render_again(ctx: Context, rendering_id: UUID) -> None:
    """Render a master in another format: the same chain, so the same sound."""
    row = await queries.unfinished_rendering(ctx, rendering_id)
    if row is None:
        return
    decided = await ctx.get(Master, row.master_id)
    recording = await ctx.get(Recording, decided.recording_id)
    made = await attempt_work(_rendered(ctx, decided, recording, row.format))
    if isinstance(made, Problem):
        await fail_work(ctx, Rendering, row.id, made)
        return
    ctx.audit("master.rendered", decided, after={"format": row.format, "file": made.file})
    done = {"state": Work.DONE, "reason": None, "file_id": made.file}
    await ctx.write(finish_work, Rendering, ctx.account, row.id, done)


@dataclass(frozen=True)
class _Rendered:
    file: UUID
    measured: Measured


@dataclass(frozen=True)
class _Made:
    mastered: Mastered
    rendered: _Rendered


async def _made(ctx: Context, row: Master, recording: Recording) -> _Made:
    target, wishes, note = msgspec.convert(row.target, Target), wishes_of(row), f"Mastering {recording.title}"
    file = await ctx.files.get(recording.file_id)
    async with ctx.files.local(file) as path:
        mastered = await run_in_thread(
            ctx, lambda told: _mastered(path, file.name, target, wishes, told), note, share=(0, 0.75)
        )
        rendered = await _written(ctx, path, file.name, _Output.of(row, recording, row.format, mastered.chain))
    return _Made(mastered, rendered)


async def _rendered(ctx: Context, decided: Master, recording: Recording, format: str) -> _Rendered:
    file = await ctx.files.get(recording.file_id)
    async with ctx.files.local(file) as path:
        return await _written(ctx, path, file.name, _Output.of(decided, recording, format, chain_of(decided)), begin=0)


@dataclass(frozen=True)
class _Output:
    name: str
    chain: Chain
    format: Format

    @classmethod
    def of(cls, row: Master, recording: Recording, format_name: str, chain: Chain) -> _Output:
        format = format_named(format_name)
        return cls(file_name(recording, row, format), chain, format)


async def _written(ctx: Context, source: Path, name: str, output: _Output, *, begin: float = 0.75) -> _Rendered:
    """Into a file without a name, which goes with its process, and from there into the store."""
    with tempfile.TemporaryFile() as file:
        compute = partial(_render, source, name, output, file)
        measured = await run_in_thread(ctx, compute, f"Writing {output.name}", share=(begin, 0.97))
        stored = await ctx.files.put(output.name, pieces(file), purpose=None)
    return _Rendered(stored.id, measured)


def _mastered(path: Path, name: str, target: Target, wishes: Wishes, told: Progress) -> Mastered:
    with open_audio(path, name, most_channels=MOST_CHANNELS) as audio:
        return master(audio, target, told, wishes)


def _render(path: Path, name: str, output: _Output, file: BinaryIO, told: Progress) -> Measured:
    with open_audio(path, name, most_channels=MOST_CHANNELS) as audio:
        return render(audio, output.chain, output.format, file, told)


async def _keep(ctx: Context, row: Master, recording: Recording, made: _Made) -> None:
    """The decision, its first rendering, its picture and the news, in one transaction with the job's end."""
    mastered, measured, file = made.mastered, made.rendered.measured, made.rendered.file
    result, reached = measured.analysis, met(mastered.target, measured)
    ctx.add(
        Rendering(master_id=row.id, format=row.format, state=Work.DONE, reason=None, job_id=row.job_id, file_id=file),
        MasterPicture(id=row.id, peaks=packed_peaks(measured), loudness=packed_curve(measured)),
    )
    ctx.emit(
        MasterReady(
            row.id, recording.id, file, recording.title, mastered.target.name,
            result.integrated_lufs, result.true_peak_dbtp, reached,
        )
    )  # fmt: skip
    ctx.audit("master.ready", row, after={"file": file, "integrated_lufs": result.integrated_lufs, "met": reached})
    await telling.ready(ctx, row, recording, result, met=reached)
    done = {
        "state": Work.DONE, "reason": None, "met": reached, "chain": msgspec.to_builtins(mastered.chain),
        "settings": msgspec.to_builtins(mastered.settings), "analysis": msgspec.to_builtins(result),
    }  # fmt: skip
    await ctx.write(finish_work, Master, ctx.account, row.id, done)
