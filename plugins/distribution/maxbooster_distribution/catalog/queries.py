"""Rows of the catalog; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from maxbooster.plugin import Context, NotFound, PageOfRows

from .identifiers import gtin
from .models import Artist, Credit, Label, Placement, Registrant, Release, Track

_MOST = 500
"""Codes in one select; SQLite and PostgreSQL limit the number of bound values."""


async def tracks_by_isrc(ctx: Context, isrcs: Iterable[str]) -> dict[str, UUID]:
    """ISRC → id of the recording, for those that this account has. Codes are written without hyphens, upper case."""
    found: dict[str, UUID] = {}
    for some in _portions(isrcs):
        rows = await ctx.rows(select(Track.isrc, Track.id).where(Track.isrc.in_(some)))
        found |= {row.isrc: row.id for row in rows}
    return found


async def tracks_by_upc(ctx: Context, upcs: Iterable[str]) -> dict[str, list[UUID]]:
    """UPC as it is given → ids of the recordings on that release, in order, for those that this account has.

    Codes may be in any written form of a GTIN: 12, 13 or 14 digits, hyphens, leading zeros lost (`identifiers.gtin`).
    """
    written: dict[str, list[str]] = {}
    for each in upcs:
        if code := gtin(each):
            written.setdefault(code, []).append(each)
    found: dict[str, list[UUID]] = {}
    for some in _portions(written):
        placed = (
            select(Release.upc, Placement.track_id)
            .join(Placement, (Placement.account_id == Release.account_id) & (Placement.release_id == Release.id))
            .where(Release.upc.in_(some))
            .order_by(Placement.release_id, Placement.position)
        )
        for row in await ctx.rows(placed):
            for each in written[row.upc]:
                found.setdefault(each, []).append(row.track_id)
    return found


async def by_gtin(ctx: Context, written: str) -> UUID | None:
    """The id of this account's release with a GTIN in any written form (see `tracks_by_upc`); None: it has none."""
    code = gtin(written)
    return await ctx.first(select(Release.id).where(Release.upc == code)) if code else None


async def releases_with(ctx: Context, upcs: Iterable[str], but: UUID | None) -> dict[str, str]:
    """UPC → title, of this account's releases other than `but`."""
    others = select(Release.upc, Release.title).where(Release.upc.in_(list(upcs)))
    rows = await ctx.rows(others.where(Release.id != but) if but else others)
    return {row.upc: row.title for row in rows}


async def recordings_with(
    ctx: Context, isrcs: Iterable[str], but_on: UUID | None, but: Sequence[UUID]
) -> dict[str, str]:
    """ISRC → title, of this account's recordings other than `but` and those that stand on the release `but_on`."""
    found: dict[str, str] = {}
    on_it = set(await ctx.all(select(Placement.track_id).where(Placement.release_id == but_on))) if but_on else set()
    for some in _portions(isrcs):
        for row in await ctx.rows(select(Track.id, Track.isrc, Track.title).where(Track.isrc.in_(some))):
            if row.id not in on_it and row.id not in but:
                found[row.isrc] = row.title
    return found


def _portions(codes: Iterable[str]) -> list[list[str]]:
    each = sorted(set(codes))
    return [each[start : start + _MOST] for start in range(0, len(each), _MOST)]


async def registrant(ctx: Context) -> Registrant | None:
    return await ctx.first(select(Registrant))


async def releases(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Any]:
    """Releases with the number of their tracks, the newest first."""
    tracks = (
        select(func.count())
        .where(Placement.account_id == Release.account_id, Placement.release_id == Release.id)
        .correlate(Release)
        .scalar_subquery()
    )
    columns = (Release.id, Release.version, Release.kind, Release.title, Release.subtitle, Release.upc)
    more = (Release.release_date, Release.cover_file_id, Release.changed_at, tracks.label("tracks"))
    return await ctx.page(select(*columns, *more), Release.id.desc(), cursor=cursor, limit=limit)


async def release(ctx: Context, id: UUID) -> Release:
    """With its label.

    Raises:
        NotFound: it does not exist, or belongs to another account.
    """
    row = await ctx.first(select(Release).where(Release.id == id).options(selectinload(Release.label)))
    if row is None:
        raise NotFound(f"There is no release {id}.")
    return row


async def tracks_of(ctx: Context, release_id: UUID) -> Sequence[Any]:
    """`(Track, disc)` in the order of the release."""
    placed = (Placement.account_id == Track.account_id) & (Placement.track_id == Track.id)
    return await ctx.rows(
        select(Track, Placement.disc)
        .join(Placement, placed)
        .where(Placement.release_id == release_id)
        .order_by(Placement.position)
    )


async def credits_of(ctx: Context, release_ids: Sequence[UUID], track_ids: Sequence[UUID]) -> Sequence[Any]:
    """`(release_id, track_id, name, role)` in order, of these releases as wholes and of these recordings."""
    named = (Artist.account_id == Credit.account_id) & (Artist.id == Credit.artist_id)
    return await ctx.rows(
        select(Credit.release_id, Credit.track_id, Artist.name, Credit.role)
        .join(Artist, named)
        .where(Credit.release_id.in_(release_ids) | Credit.track_id.in_(track_ids))
        .order_by(Credit.position)
    )


async def credit_rows(ctx: Context, release_id: UUID, track_ids: Sequence[UUID]) -> Sequence[Credit]:
    return await ctx.all(select(Credit).where((Credit.release_id == release_id) | Credit.track_id.in_(track_ids)))


async def placements(ctx: Context, release_id: UUID) -> Sequence[Placement]:
    return await ctx.all(select(Placement).where(Placement.release_id == release_id).order_by(Placement.position))


async def tracks(ctx: Context, ids: Sequence[UUID]) -> dict[UUID, Track]:
    return {row.id: row for row in await ctx.all(select(Track).where(Track.id.in_(ids)))}


async def placed_elsewhere(ctx: Context, release_id: UUID, track_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these recordings stand on another release too."""
    found = select(Placement.track_id).where(Placement.track_id.in_(track_ids), Placement.release_id != release_id)
    return set(await ctx.all(found))


async def artists(ctx: Context, names: Sequence[str]) -> dict[str, UUID]:
    rows = await ctx.rows(select(Artist.name, Artist.id).where(Artist.name.in_(names)))
    return {row.name: row.id for row in rows}


async def label(ctx: Context, name: str) -> Label | None:
    return await ctx.first(select(Label).where(Label.name == name))


async def titles_with_files(ctx: Context, files: Sequence[UUID]) -> Sequence[str]:
    """Of the releases whose cover or sound is one of these files, the newest first."""
    placed = (Placement.account_id == Track.account_id) & (Placement.track_id == Track.id)
    sounding = select(Placement.release_id).join(Track, placed).where(Track.audio_file_id.in_(files))
    using = Release.cover_file_id.in_(files) | Release.id.in_(sounding)
    return await ctx.all(select(Release.title).where(using).order_by(Release.id.desc()))


async def titles_sharing(ctx: Context, release_id: UUID, tracks: Sequence[UUID]) -> Sequence[str]:
    """Of the other releases on which one of these recordings stands, the newest first."""
    placed = (Placement.account_id == Release.account_id) & (Placement.release_id == Release.id)
    shared = select(Release.id, Release.title).join(Placement, placed).where(Placement.track_id.in_(tracks))
    rows = await ctx.rows(shared.where(Release.id != release_id).distinct().order_by(Release.id.desc()))
    return [row.title for row in rows]


async def known_audio(ctx: Context, file_id: UUID) -> Any | None:
    """What a master is, if it was read before."""
    return await ctx.first(select(Track.audio).where(Track.audio_file_id == file_id))


async def known_cover(ctx: Context, file_id: UUID) -> Any | None:
    return await ctx.first(select(Release.cover).where(Release.cover_file_id == file_id))
