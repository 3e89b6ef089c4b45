"""Masters and renderings as rows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from maxbooster.plugin import Context, NotFound, Work

from .models import Master, MasterComment, MasterPicture, Rendering


async def of_recording(ctx: Context, recording_id: UUID) -> Sequence[Master]:
    """The newest first."""
    return await ctx.all(select(Master).where(Master.recording_id == recording_id).order_by(Master.id.desc()))


async def renderings(ctx: Context, master_ids: Sequence[UUID]) -> Sequence[Rendering]:
    return await ctx.all(select(Rendering).where(Rendering.master_id.in_(master_ids)).order_by(Rendering.id))


async def rendering(ctx: Context, master_id: UUID, format: str) -> Rendering | None:
    of = (Rendering.master_id == master_id, Rendering.format == format)
    return await ctx.first(select(Rendering).where(*of))


async def any_done(ctx: Context) -> bool:
    return await ctx.first(select(Master.id).where(Master.state == Work.DONE)) is not None


async def unfinished(ctx: Context, id: UUID) -> Master | None:
    """None: while its job waited it was removed, or made by another."""
    return await ctx.first(select(Master).where(Master.id == id, Master.state != Work.DONE))


async def unfinished_rendering(ctx: Context, id: UUID) -> Rendering | None:
    """None: while its job waited it was removed, or made by another."""
    return await ctx.first(select(Rendering).where(Rendering.id == id, Rendering.state != Work.DONE))


async def picture(ctx: Context, id: UUID) -> MasterPicture:
    """
    Raises:
        NotFound: no such master, or it is not done yet.
    """
    row = await ctx.first(select(MasterPicture).where(MasterPicture.id == id))
    if row is None:
        raise NotFound(f"Master {id} has no waveform yet; it comes when the master is done.")
    return row


async def comments(ctx: Context, master_id: UUID) -> Sequence[MasterComment]:
    """As they come in the sound, those about all of it first."""
    of_master = select(MasterComment).where(MasterComment.master_id == master_id)
    return await ctx.all(of_master.order_by(func.coalesce(MasterComment.at_s, -1.0), MasterComment.id))


async def number_of_comments(ctx: Context, master_id: UUID) -> int:
    counted = select(func.count(MasterComment.id)).where(MasterComment.master_id == master_id)
    return await ctx.first(counted) or 0


async def comment(ctx: Context, master_id: UUID, id: UUID) -> MasterComment | None:
    of_master = (MasterComment.master_id == master_id, MasterComment.id == id)
    return await ctx.first(select(MasterComment).where(*of_master))
