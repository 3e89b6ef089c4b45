"""Rows of royalties; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, func, select

from maxbooster.plugin import Context, PageOfRows

from ..catalog import queries as catalog
from ..catalog.models import Artist, Credit, Placement, Release, Track
from .models import IMPORTED, UNDONE, Allocation, Split, Statement, Waiting

_MOST = 500


async def splits_of(ctx: Context, track_ids: Iterable[UUID]) -> dict[UUID, list[Split]]:
    """Track → its splits in the order in which they were made, for those that have some."""
    found: dict[UUID, list[Split]] = {}
    wanted = sorted(set(track_ids))
    for start in range(0, len(wanted), _MOST):
        query = select(Split).where(Split.track_id.in_(wanted[start : start + _MOST]))
        for row in await ctx.all(query.order_by(Split.track_id, Split.number)):
            found.setdefault(row.track_id, []).append(row)
    return found


async def all_tracks(ctx: Context) -> Sequence[Any]:
    """Every track on every release: `(track, title, subtitle, isrc, release, release_title, upc)`, the newest release
    first."""
    return await ctx.rows(_tracks().order_by(Release.release_date.desc(), Release.id.desc(), Placement.position))


async def tracks(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Any]:
    """The same by the page; the release that was made last first."""
    return await ctx.page(_tracks(), Placement.release_id.desc(), Placement.position, cursor=cursor, limit=limit)


def _tracks() -> Select[*tuple[Any, ...]]:
    placed = (Placement.account_id == Track.account_id) & (Placement.track_id == Track.id)
    on = (Release.account_id == Placement.account_id) & (Release.id == Placement.release_id)
    columns = (Track.id.label("track"), Track.title, Track.subtitle, Track.isrc)
    of = (Release.id.label("release"), Release.title.label("release_title"), Release.upc)
    return select(*columns, *of).join(Placement, placed).join(Release, on)


async def shares_of_payee(ctx: Context, cursor: str | None, limit: int, *, payee_id: UUID) -> PageOfRows[Any]:
    """`(Allocation, Statement)` of what stands, the newest statements first."""
    joined = (Statement.account_id == Allocation.account_id) & (Statement.id == Allocation.statement_id)
    of = (Allocation.payee_id == payee_id, Allocation.undone_at.is_(None))
    query = select(Allocation, Statement).join(Statement, joined).where(*of)
    return await ctx.page(query, Allocation.statement_id.desc(), Allocation.id, cursor=cursor, limit=limit)


async def statements_of_files(ctx: Context, files: Sequence[UUID]) -> Sequence[Statement]:
    """Read from one of these files, or with its lines in one."""
    of = Statement.file_id.in_(files) | Statement.lines_file_id.in_(files)
    return await ctx.all(select(Statement).where(of).order_by(Statement.id))


async def splits(ctx: Context) -> Sequence[Split]:
    """Every one that ever was in force."""
    return await ctx.all(select(Split))


async def statement_of(ctx: Context, sha256: bytes, layout: str, sheet: str) -> Statement | None:
    """The one of this file that was not undone."""
    of = (Statement.layout == layout, Statement.sheet == sheet)
    same = (Statement.sha256 == sha256, *of, Statement.state != UNDONE)
    return await ctx.first(select(Statement).where(*same))


async def imported_before(ctx: Context, content: bytes, other_than: UUID | None) -> Statement | None:
    """The earliest statement in the ledger that says the same."""
    same = select(Statement).where(Statement.content == content, Statement.state == IMPORTED)
    if other_than is not None:
        same = same.where(Statement.id != other_than)
    return await ctx.first(same.order_by(Statement.id))


async def statements(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Statement]:
    """The newest first."""
    return await ctx.page(select(Statement), Statement.id.desc(), cursor=cursor, limit=limit)


async def imported(ctx: Context) -> Sequence[Statement]:
    """Those in the ledger, the oldest first."""
    return await ctx.all(select(Statement).where(Statement.state == IMPORTED).order_by(Statement.id))


async def allocations(ctx: Context, statement_id: UUID) -> Sequence[Allocation]:
    """What stands: without what was undone."""
    of = (Allocation.statement_id == statement_id, Allocation.undone_at.is_(None))
    return await ctx.all(select(Allocation).where(*of).order_by(Allocation.id))


async def allocations_of_part(ctx: Context, part_id: UUID) -> Sequence[Allocation]:
    return await ctx.all(select(Allocation).where(Allocation.part_id == part_id, Allocation.undone_at.is_(None)))


async def assigned_parts(ctx: Context, statement_id: UUID) -> Sequence[UUID]:
    """What was assigned of a statement, in the order in which it was."""
    of = (Waiting.statement_id == statement_id, Waiting.assigned_at.is_not(None), Waiting.undone_at.is_(None))
    return await ctx.all(select(Waiting.id).where(*of).order_by(Waiting.assigned_at, Waiting.id))


async def allocations_to(ctx: Context, statement_id: UUID, payee_id: UUID) -> Sequence[Allocation]:
    """What a payee got of a statement: with its import, and what was assigned later."""
    of = (Allocation.statement_id == statement_id, Allocation.payee_id == payee_id, Allocation.undone_at.is_(None))
    return await ctx.all(select(Allocation).where(*of).order_by(Allocation.id))


async def waiting(
    ctx: Context, cursor: str | None, limit: int, *, statement_id: UUID | None = None, assigned: bool = False
) -> PageOfRows[Any]:
    """`(Waiting, Statement)`: the newest statements first, in them the largest amounts."""
    joined = (Statement.account_id == Waiting.account_id) & (Statement.id == Waiting.statement_id)
    query = select(Waiting, Statement).join(Statement, joined)
    query = query.where(Waiting.assigned_at.is_not(None) if assigned else Waiting.assigned_at.is_(None))
    query = query.where(Waiting.undone_at.is_(None))
    if statement_id is not None:
        query = query.where(Waiting.statement_id == statement_id)
    order = (Waiting.statement_id.desc(), func.abs(Waiting.units, type_=BigInteger).desc(), Waiting.id)
    return await ctx.page(query, *order, cursor=cursor, limit=limit)


async def number_waiting(ctx: Context) -> int:
    query = select(func.count()).select_from(Waiting).where(Waiting.assigned_at.is_(None), Waiting.undone_at.is_(None))
    [(number,)] = await ctx.rows(query)
    return int(number)


async def parts_assigned(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Waiting]:
    return {row.id: row for row in await ctx.all(select(Waiting).where(Waiting.id.in_(list(ids))))}


async def assigned_codes(ctx: Context) -> Sequence[Any]:
    """What people have said of codes that the catalog does not know; the latest word first."""
    columns = (Waiting.isrc, Waiting.upc, Waiting.track_id, Waiting.release_id)
    standing = (Waiting.assigned_at.is_not(None), Waiting.undone_at.is_(None))
    said = select(*columns).where(*standing, (Waiting.isrc != "") | (Waiting.upc != ""))
    return await ctx.rows(said.order_by(Waiting.assigned_at.desc()))


async def titles_by_isrc(ctx: Context, isrcs: Iterable[str]) -> dict[str, str]:
    """ISRC → title of the track that has it, or that lines with it were assigned to."""
    wanted = sorted(set(isrcs) - {""})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MOST):
        some = wanted[start : start + _MOST]
        of = (Track.account_id == Waiting.account_id) & (Track.id == Waiting.track_id)
        said = select(Waiting.isrc, Track.title, Track.subtitle).join(Track, of).where(Waiting.isrc.in_(some))
        assigned = said.where(Waiting.assigned_at.is_not(None), Waiting.undone_at.is_(None))
        own = select(Track.isrc, Track.title, Track.subtitle).where(Track.isrc.in_(some))
        for row in [*await ctx.rows(assigned.order_by(Waiting.assigned_at)), *await ctx.rows(own)]:
            found[row.isrc] = f"{row.title} ({row.subtitle})" if row.subtitle else row.title
    return found


async def titles_by_upc(ctx: Context, upcs: Iterable[str]) -> dict[str, str]:
    """UPC → title of the release that has it."""
    wanted = sorted(set(upcs) - {""})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MOST):
        query = select(Release.upc, Release.title).where(Release.upc.in_(wanted[start : start + _MOST]))
        found |= {row.upc: row.title for row in await ctx.rows(query)}
    return found


async def assigned_titles(ctx: Context) -> Sequence[Any]:
    """What people have assigned, by everything that lines said; the latest first, at most a few thousand."""
    columns = (Waiting.isrc, Waiting.upc, Waiting.title, Waiting.artist, Waiting.track_id, Waiting.release_id)
    standing = (Waiting.assigned_at.is_not(None), Waiting.undone_at.is_(None))
    return await ctx.rows(select(*columns).where(*standing).order_by(Waiting.assigned_at.desc()).limit(5_000))


async def main_artists(ctx: Context) -> dict[UUID, list[str]]:
    """Release or track → names of its primary artists, in order."""
    named = (Artist.account_id == Credit.account_id) & (Artist.id == Credit.artist_id)
    columns = (Credit.release_id, Credit.track_id, Artist.name)
    query = select(*columns).join(Artist, named).where(Credit.role == "MainArtist").order_by(Credit.position)
    found: dict[UUID, list[str]] = {}
    for row in await ctx.rows(query):
        found.setdefault(row.track_id or row.release_id, []).append(row.name)
    return found


async def tracks_meant(ctx: Context, track_id: UUID | None, release_id: UUID | None) -> list[UUID]:
    """The track, or those of the release."""
    if track_id is not None or release_id is None:
        return [track_id] if track_id is not None else []
    return [row[0].id for row in await catalog.tracks_of(ctx, release_id)]
