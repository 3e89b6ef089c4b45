"""Recordings by what people type."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from maxbooster.plugin import Context, SearchResult, has_words

from .models import Recording

_MOST = 5


async def found(ctx: Context, query: str) -> Sequence[SearchResult]:
    named = select(Recording.id, Recording.title).where(has_words(query, Recording.title)).order_by(Recording.id.desc())
    rows = await ctx.rows(named.limit(_MOST))
    return [
        SearchResult(
            title=row.title, kind="Recording", path=f"/master/{row.id}", icon="activity", permission="studio.read"
        )
        for row in rows
    ]
