"""Recordings as rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from maxbooster.plugin import Context, NotFound, PageOfRows, Work

from ..masters.models import Master
from .models import Preview, Recording, RecordingPicture


async def recordings(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Any]:
    """The newest first, each with the number of its masters."""
    masters = (
        select(func.count())
        .where(Master.account_id == Recording.account_id, Master.recording_id == Recording.id)
        .correlate(Recording)
        .scalar_subquery()
    )
    query = select(Recording, masters.label("masters"))
    return await ctx.page(query, Recording.id.desc(), cursor=cursor, limit=limit)


async def of_file(ctx: Context, file_id: UUID) -> Recording | None:
    return await ctx.first(select(Recording).where(Recording.file_id == file_id))


async def unfinished(ctx: Context, id: UUID) -> Recording | None:
    """None: while its job waited it was removed, or measured by another."""
    return await ctx.first(select(Recording).where(Recording.id == id, Recording.state != Work.DONE))


async def picture(ctx: Context, id: UUID) -> RecordingPicture:
    """
    Raises:
        NotFound: no such recording, or it was not measured yet.
    """
    row = await ctx.first(select(RecordingPicture).where(RecordingPicture.id == id))
    if row is None:
        raise NotFound(f"Recording {id} has no waveform yet; it comes when the recording is measured.")
    return row


async def preview(ctx: Context, id: UUID) -> Preview | None:
    """None: browsers play the recording's own file."""
    return await ctx.first(select(Preview).where(Preview.id == id))
