"""Releases and tracks by what people type."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select

from maxbooster.plugin import Context, SearchResult, has_words

from .models import Placement, Release, Track

_MOST = 5
"""Of each kind."""


async def found(ctx: Context, query: str) -> Sequence[SearchResult]:
    return [*await _releases(ctx, query), *await _tracks(ctx, query)]


async def _releases(ctx: Context, query: str) -> list[SearchResult]:
    named = has_words(query, Release.title, Release.subtitle, Release.upc, Release.catalogue_number)
    select_releases = select(Release.id, Release.title, Release.upc).where(named).order_by(Release.id.desc())
    return [
        SearchResult(
            title=row.title or "Untitled",
            kind="Release",
            text=f"UPC {row.upc}" if row.upc else "",
            path=f"/releases/{row.id}",
            icon="disc-3",
            permission="release.read",
        )
        for row in await ctx.rows(select_releases.limit(_MOST))
    ]


async def _tracks(ctx: Context, query: str) -> list[SearchResult]:
    """Each on the newest release that it is on."""
    on_it = and_(Placement.account_id == Track.account_id, Placement.track_id == Track.id)
    placed = select(Track.id, Track.title, Track.isrc, Placement.release_id).join(Placement, on_it)
    named = placed.where(has_words(query, Track.title, Track.subtitle, Track.isrc))
    rows = await ctx.rows(named.order_by(Track.id.desc(), Placement.release_id).limit(_MOST * 4))
    newest = {row.id: row for row in rows}
    return [
        SearchResult(
            title=row.title or "Untitled",
            kind="Track",
            text=row.isrc or "",
            path=f"/releases/{row.release_id}",
            icon="list-music",
            permission="release.read",
        )
        for row in list(newest.values())[:_MOST]
    ]
