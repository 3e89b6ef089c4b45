"""Rows of set lists; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from maxbooster.plugin import Context, NotFound, PageOfRows

from .models import Setlist, Song


async def overview(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Any]:
    """Set lists with the number of their songs, the next concert first."""
    songs = (
        select(func.count())
        .where(Song.account_id == Setlist.account_id, Song.setlist_id == Setlist.id)
        .correlate(Setlist)
        .scalar_subquery()
    )
    columns = (Setlist.id, Setlist.title, Setlist.venue, Setlist.played_on, Setlist.published_at)
    query = select(*columns, songs.label("songs"))
    return await ctx.page(query, Setlist.played_on, Setlist.id, cursor=cursor, limit=limit)


async def with_songs(ctx: Context, id: UUID) -> Setlist:
    """
    Raises:
        NotFound: it does not exist, or belongs to another account.
    """
    row = await ctx.first(select(Setlist).where(Setlist.id == id).options(selectinload(Setlist.songs)))
    if row is None:
        raise NotFound(f"There is no set list {id}.")
    return row
