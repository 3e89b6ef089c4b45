"""Rows of royalties; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from maxbooster.plugin import Context

from ..catalogue import queries as catalogue
from ..catalogue.models import Artist, Credit, Placement, Release, Track
from .models import IMPORTED, UNDONE, Allocation, Split, Statement, Waiting

_MOST = 500


async def split(ctx: Context, track_id: UUID) -> Split | None:
    """The one in force."""
    return await ctx.first(select(Split).where(Split.track_id == track_id).order_by(Split.number.desc()))


async def splits_in_force(ctx: Context, track_ids: Iterable[UUID]) -> dict[UUID, Split]:
    """Track → split, for those that have one."""
    found: dict[UUID, Split] = {}
    wanted = sorted(set(track_ids))
    newest = select(Split.track_id, func.max(Split.number).label("number")).group_by(Split.account_id, Split.track_id)
    for start in range(0, len(wanted), _MOST):
        last = newest.where(Split.track_id.in_(wanted[start : start + _MOST])).subquery()
        same = (Split.track_id == last.c.track_id) & (Split.number == last.c.number)
        found |= {row.track_id: row for row in await ctx.all(select(Split).join(last, same))}
    return found


async def all_tracks(ctx: Context) -> Sequence[Any]:
    """Every track on every release: `(track, title, subtitle, isrc, release, release_title, upc)`, the newest release
    first."""
    placed = (Placement.account_id == Track.account_id) & (Placement.track_id == Track.id)
    on = (Release.account_id == Placement.account_id) & (Release.id == Placement.release_id)
    columns = (Track.id.label("track"), Track.title, Track.subtitle, Track.isrc)
    of = (Release.id.label("release"), Release.title.label("release_title"), Release.upc)
    query = select(*columns, *of).join(Placement, placed).join(Release, on)
    return await ctx.rows(query.order_by(Release.release_date.desc(), Release.id.desc(), Placement.position))


async def shares_of_payee(ctx: Context, payee_id: UUID) -> Sequence[Any]:
    """`(Allocation, Statement)` of what stands, the newest statements first."""
    joined = (Statement.account_id == Allocation.account_id) & (Statement.id == Allocation.statement_id)
    of = (Allocation.payee_id == payee_id, Allocation.undone_at.is_(None))
    query = select(Allocation, Statement).join(Statement, joined).where(*of)
    return await ctx.rows(query.order_by(Statement.id.desc(), Allocation.id))


async def splits(ctx: Context) -> Sequence[Split]:
    """Every one that ever was in force."""
    return await ctx.all(select(Split))


async def statement_of(ctx: Context, sha256: bytes, layout: str) -> Statement | None:
    """The one of this file that was not undone."""
    same = (Statement.sha256 == sha256, Statement.layout == layout, Statement.state != UNDONE)
    return await ctx.first(select(Statement).where(*same))


async def imported_before(ctx: Context, content: bytes, other_than: UUID | None) -> Statement | None:
    """The earliest statement in the ledger that says the same."""
    same = select(Statement).where(Statement.content == content, Statement.state == IMPORTED)
    if other_than is not None:
        same = same.where(Statement.id != other_than)
    return await ctx.first(same.order_by(Statement.id))


async def statements(ctx: Context, limit: int) -> Sequence[Statement]:
    """The newest first."""
    return await ctx.all(select(Statement).order_by(Statement.id.desc()).limit(limit))


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


async def waiting(ctx: Context, *, statement_id: UUID | None, assigned: bool, limit: int) -> Sequence[Any]:
    """`(Waiting, Statement)`: the newest statements first, in them the largest amounts."""
    joined = (Statement.account_id == Waiting.account_id) & (Statement.id == Waiting.statement_id)
    query = select(Waiting, Statement).join(Statement, joined)
    query = query.where(Waiting.assigned_at.is_not(None) if assigned else Waiting.assigned_at.is_(None))
    query = query.where(Waiting.undone_at.is_(None))
    if statement_id is not None:
        query = query.where(Waiting.statement_id == statement_id)
    order = (Waiting.statement_id.desc(), func.abs(Waiting.units).desc(), Waiting.id)
    return await ctx.rows(query.order_by(*order).limit(limit))


async def parts_assigned(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Waiting]:
    return {row.id: row for row in await ctx.all(select(Waiting).where(Waiting.id.in_(list(ids))))}


async def assigned_codes(ctx: Context) -> Sequence[Any]:
    """What people have said of codes that the catalogue does not know; the latest word first."""
    columns = (Waiting.isrc, Waiting.upc, Waiting.track_id, Waiting.release_id)
    standing = (Waiting.assigned_at.is_not(None), Waiting.undone_at.is_(None))
    said = select(*columns).where(*standing, (Waiting.isrc != "") | (Waiting.upc != ""))
    return await ctx.rows(said.order_by(Waiting.assigned_at.desc()))


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
    return [row[0].id for row in await catalogue.tracks_of(ctx, release_id)]
