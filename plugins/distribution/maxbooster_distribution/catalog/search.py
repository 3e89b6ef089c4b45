"""What people find by words: releases, tracks and artists, and the stores that there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select

from maxbooster.plugin import Context, Searchable, SearchResult, has_words

from ..outlets.service import offered
from .models import Artist, Credit, Placement, Release, Track

_by = and_(Artist.account_id == Credit.account_id, Artist.id == Credit.artist_id)
_on_release = and_(Credit.account_id == Release.account_id, Credit.release_id == Release.id)
_placed = and_(Placement.account_id == Track.account_id, Placement.track_id == Track.id)
_on_track = and_(
    Credit.account_id == Track.account_id,
    or_(Credit.track_id == Track.id, Credit.release_id == Placement.release_id),
)

searchables = [
    Searchable(
        name="distribution.release",
        kind="Release",
        icon="disc-3",
        permission="release.read",
        model=Release,
        select=select(
            Release.id,
            Release.title,
            Release.subtitle,
            Release.upc,
            Release.catalog_number,
            Artist.name.label("artist"),
        )
        .outerjoin(Credit, _on_release)
        .outerjoin(Artist, _by)
        .order_by(Release.id, Credit.position),
        text=("{artist}", "UPC {upc}", "{subtitle}", "{catalog_number}"),
        path="/releases/{id}",
    ),
    Searchable(
        name="distribution.track",
        kind="Track",
        icon="list-music",
        permission="release.read",
        model=Track,
        select=select(
            Track.id, Track.title, Track.subtitle, Track.isrc, Placement.release_id, Artist.name.label("artist")
        )
        .join(Placement, _placed)
        .outerjoin(Credit, _on_track)
        .outerjoin(Artist, _by)
        .order_by(Track.id, Placement.release_id, Credit.position),
        text=("{artist}", "{isrc}", "{subtitle}"),
        path="/releases/{release_id}",
    ),
]
"""A track is on the newest release that it stands on."""


async def found(ctx: Context, query: str) -> Sequence[SearchResult]:
    return [
        SearchResult(title=outlet.title, kind="Store", path="/connections", icon="plug", permission="connection.read")
        for outlet in offered(ctx).values()
        if has_words(query, outlet.title)
    ]
