"""Rows of royalties; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select

from maxbooster.plugin import Context

from .models import Allocation, Split, Statement

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


async def splits(ctx: Context) -> Sequence[Split]:
    """Every one that ever was in force."""
    return await ctx.all(select(Split))


async def statement_of(ctx: Context, sha256: bytes, layout: str) -> Statement | None:
    return await ctx.first(select(Statement).where(Statement.sha256 == sha256, Statement.layout == layout))


async def statements(ctx: Context, limit: int) -> Sequence[Statement]:
    """The newest first."""
    return await ctx.all(select(Statement).order_by(Statement.id.desc()).limit(limit))


async def allocations(ctx: Context, statement_id: UUID) -> Sequence[Allocation]:
    return await ctx.all(select(Allocation).where(Allocation.statement_id == statement_id).order_by(Allocation.id))


async def allocation(ctx: Context, statement_id: UUID, payee_id: UUID) -> Allocation | None:
    return await ctx.first(
        select(Allocation).where(Allocation.statement_id == statement_id, Allocation.payee_id == payee_id)
    )
