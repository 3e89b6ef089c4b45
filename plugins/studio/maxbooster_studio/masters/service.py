"""The rules of masters."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from maxbooster.plugin import Conflict, Context, FirstStep, Invalid, Offer, Work, WorkStatus, work_status, work_statuses

from ..audio import format_named
from ..mastering import MOST_CHANNELS, Reference, target_for
from ..recordings.models import Recording
from ..recordings.schemas import analysis_of
from . import queries
from .jobs import make, render_again
from .models import Master, Rendering
from .schemas import ChainOut, MasterMade, MasterOut, NewMaster, OfferOut, RenderingOut, chain_of


async def begin(ctx: Context, recording_id: UUID, new: NewMaster) -> MasterMade:
    """Queue a master of a recording.

    Raises:
        NotFound: no such recording in this account.
        Conflict: the recording could not be measured, or measuring was stopped; or the reference has no loudness.
        Invalid: there is no such target, or the recording is neither mono nor stereo.
    """
    recording, reference = await ctx.get(Recording, recording_id), await _reference(ctx, recording_id, new.reference_id)
    target = target_for(new.target, reference)
    _refuse_unfit(recording, await work_status(ctx, recording))
    row = Master(
        recording_id=recording.id, target=msgspec.to_builtins(target), format=new.format, intensity=new.intensity,
        reference=msgspec.to_builtins(reference) if reference else None, created_at=ctx.now,
    )  # fmt: skip
    row.job_id = ctx.enqueue(make, row.id, key=str(row.id))
    ctx.add(row)
    ctx.audit("master.begun", row, after={"recording": recording.id, "target": target.name, "format": new.format})
    return MasterMade(row.id, row.job_id)


async def _reference(ctx: Context, recording_id: UUID, id: UUID | None) -> Reference | None:
    """
    Raises:
        NotFound: no such recording in this account.
        Invalid: it is the recording itself.
        Conflict: it is not measured yet, or has no loudness.
    """
    if id is None:
        return None
    if id == recording_id:
        raise Invalid("A recording cannot be its own reference. Choose another.", field="reference_id")
    row = await ctx.get(Recording, id)
    analysis = analysis_of(row.analysis)
    if analysis is None or analysis.integrated_lufs is None:
        why = "has no loudness" if analysis else "is not measured"
        raise Conflict(f"{row.title} {why}, so it cannot be a reference. Choose another.", field="reference_id")
    return Reference(row.title, analysis, row.id)


def _refuse_unfit(recording: Recording, work_status: WorkStatus) -> None:
    if work_status.state in Work.OVER:
        why = work_status.reason or "measuring it was stopped. Upload its file again."
        raise Conflict(f"{recording.title} cannot be mastered: {why}", field="recording_id")
    analysis = analysis_of(recording.analysis)
    if analysis is not None and analysis.channels > MOST_CHANNELS:
        raise Invalid(
            f"{recording.title} has {analysis.channels} channels; a master is mono or stereo. Mix it down first.",
            field="recording_id",
        )


async def shown(ctx: Context, id: UUID) -> MasterOut:
    """
    Raises:
        NotFound: no such master in this account.
    """
    [found] = await _with_renderings(ctx, [await ctx.get(Master, id)])
    return found


async def of_recording(ctx: Context, recording_id: UUID) -> Sequence[MasterOut]:
    """The newest first.

    Raises:
        NotFound: no such recording in this account.
    """
    recording = await ctx.get(Recording, recording_id)
    return await _with_renderings(ctx, await queries.of_recording(ctx, recording.id))


async def _with_renderings(ctx: Context, rows: Sequence[Master]) -> list[MasterOut]:
    rendered = await queries.renderings(ctx, [row.id for row in rows])
    stand = await work_statuses(ctx, [*rows, *rendered])
    return [MasterOut.of(row, rendered, stand) for row in rows]


async def chain(ctx: Context, id: UUID) -> ChainOut:
    """
    Raises:
        NotFound: no such master in this account.
        Conflict: it is not done.
    """
    row = await ctx.get(Master, id)
    recording = await ctx.get(Recording, row.recording_id)
    before, after = analysis_of(recording.analysis), analysis_of(row.analysis)
    if row.state != Work.DONE or after is None:
        raise _not_done(await work_status(ctx, row))
    came = before.integrated_lufs if before is not None else None
    went = after.integrated_lufs if after.integrated_lufs is not None else row.target["integrated_lufs"]
    numbers = chain_of(row).numbers(after.sample_rate_hz)
    return ChainOut(after.sample_rate_hz, after.channels, numbers, came if came is not None else went, went)


async def render(ctx: Context, id: UUID, format_name: str) -> RenderingOut:
    """The rendering in a format, queued if there is none yet, it failed or was canceled.

    Raises:
        NotFound: no such master in this account.
        Conflict: it is not done.
    """
    row, format = await ctx.get(Master, id), format_named(format_name)
    if row.state != Work.DONE:
        raise _not_done(await work_status(ctx, row))
    rendering = await queries.rendering(ctx, row.id, format.name)
    if rendering is not None and (stands := await work_status(ctx, rendering)).state not in Work.OVER:
        return RenderingOut.of(rendering, stands)
    if rendering is None:
        rendering = Rendering(master_id=row.id, format=format.name, reason=None, file_id=None)
        ctx.add(rendering)
    rendering.state, rendering.reason = Work.QUEUED, None
    rendering.job_id = ctx.enqueue(render_again, rendering.id, key=str(rendering.id))
    ctx.audit("master.render_begun", row, after={"format": format.name})
    return RenderingOut.of(rendering, WorkStatus(Work.QUEUED, None))


async def rename(ctx: Context, id: UUID, title: str) -> MasterOut:
    """
    Raises:
        NotFound: no such master in this account.
    """
    row = await ctx.lock(Master, id)
    ctx.audit("master.renamed", row, before={"title": row.title}, after={"title": title})
    row.title = title
    [found] = await _with_renderings(ctx, [row])
    return found


async def offers(ctx: Context, id: UUID) -> list[OfferOut]:
    """What other plugins can do with its file: make a release of it, a listing.

    Raises:
        NotFound: no such master in this account.
        Conflict: it is not done.
    """
    row = await ctx.get(Master, id)
    recording = await ctx.get(Recording, row.recording_id)
    rendered = await queries.renderings(ctx, [row.id])
    files = {each.format: each.file_id for each in rendered if each.file_id is not None}
    if not files:
        raise _not_done(await work_status(ctx, row))
    file = await ctx.files.get(files.get(row.format) or next(iter(files.values())))
    answers = await ctx.ask("hand_over", file=file, kind="master", title=recording.title)
    found = [answer.value for answer in answers if isinstance(answer.value, Offer)]
    return [OfferOut(offer.title, offer.address) for offer in found]


async def remove(ctx: Context, id: UUID) -> None:
    """Forget a master; its files stay among the files.

    Raises:
        NotFound: no such master in this account.
        Conflict: something uses one of its files, such as a release; names it.
    """
    row = await ctx.get(Master, id)
    await refuse_used(ctx, [row])
    ctx.delete(row)
    ctx.audit("master.removed", row, before={"recording": row.recording_id, "target": row.target["name"]})


async def refuse_used(ctx: Context, rows: Sequence[Master]) -> None:
    """
    Raises:
        Conflict: something uses a file of one of these masters.
    """
    for row in rows:
        rendered = await queries.renderings(ctx, [row.id])
        if files := [each.file_id for each in rendered if each.file_id is not None]:
            await ctx.files.refuse_used(files, f"The master “{row.title or row.target['title']}”")


def _not_done(work_status: WorkStatus) -> Conflict:
    why = f" {work_status.reason}" if work_status.reason else ""
    return Conflict(f"This master is {work_status.state}; it can be used once it is done.{why}", field="state")


async def steps(ctx: Context) -> Sequence[FirstStep]:
    return [
        FirstStep(
            id="studio.master",
            title="Master your first recording",
            why="Upload a mix: it is measured, mastered for where it will play, and every setting is explained.",
            path="/master",
            icon="activity",
            done=await queries.any_done(ctx),
            order=10,
            permission="studio.master",
        )
    ]
