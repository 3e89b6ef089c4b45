"""Rows of bank orders and payment files; no rule, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from maxbooster.plugin import Context, PageOfRows

from .models import FILED, WAITING, BankFile, BankOrder


async def known(ctx: Context, id: UUID) -> BankOrder | None:
    return await ctx.first(select(BankOrder).where(BankOrder.id == id))


async def waiting(ctx: Context, limit: int) -> Sequence[BankOrder]:
    """Orders that are in no file yet, the oldest first."""
    return await ctx.all(select(BankOrder).where(BankOrder.state == WAITING).order_by(BankOrder.id).limit(limit))


async def orders(
    ctx: Context, cursor: str | None, limit: int, *, file: UUID | None = None, state: str | None = None
) -> PageOfRows[BankOrder]:
    """The newest first."""
    query = select(BankOrder)
    for column, wanted in ((BankOrder.file_id, file), (BankOrder.state, state)):
        if wanted is not None:
            query = query.where(column == wanted)
    return await ctx.page(query, BankOrder.id.desc(), cursor=cursor, limit=limit)


async def filed(ctx: Context, file: UUID) -> Sequence[BankOrder]:
    """Of a payment file, those whose end is not known yet."""
    return await ctx.all(select(BankOrder).where(BankOrder.file_id == file, BankOrder.state == FILED))


async def totals(ctx: Context) -> Sequence[Any]:
    """State and currency → how many orders, and what they come to."""
    sums = (func.count().label("transfers"), func.sum(BankOrder.amount).label("amount"))
    by = (BankOrder.state, BankOrder.currency)
    return await ctx.rows(select(*by, *sums).group_by(*by).order_by(*by))


class Sum(NamedTuple):
    """How many orders, and what they come to in minor units."""

    orders: int
    amount: int


async def states_by_file(ctx: Context, files: Sequence[UUID]) -> dict[UUID, dict[str, Sum]]:
    """File → state → what its orders in that state come to."""
    by = (BankOrder.file_id, BankOrder.state)
    sums = (func.count().label("orders"), func.sum(BankOrder.amount).label("amount"))
    rows = await ctx.rows(select(*by, *sums).where(BankOrder.file_id.in_(files)).group_by(*by))
    found: dict[UUID, dict[str, Sum]] = {}
    for row in rows:
        found.setdefault(row.file_id, {})[row.state] = Sum(row.orders, int(row.amount))
    return found


async def files(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[BankFile]:
    """The newest first."""
    return await ctx.page(select(BankFile), BankFile.id.desc(), cursor=cursor, limit=limit)
