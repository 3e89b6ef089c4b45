"""Rows of links; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, func, select

from ..context import Context
from ..db.fast import Prepared
from ..paging import PageOfRows
from .models import Link, LinkClicks

BY_CODE = Prepared(
    select(Link.id, Link.target, Link.enabled).where(
        Link.account_id == bindparam("account"), Link.code == bindparam("code")
    )
)


async def links(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Link]:
    """The newest first."""
    return await ctx.page(select(Link), Link.id.desc(), cursor=cursor, limit=limit)


def number(connection: Connection, account: UUID) -> int:
    return connection.execute(select(func.count()).where(Link.account_id == account)).scalar_one()


async def link_of(ctx: Context, code: str) -> Link | None:
    return await ctx.first(select(Link).where(Link.code == code))


async def link_to(ctx: Context, target: str) -> Link | None:
    """The account's oldest link to an address."""
    return await ctx.first(select(Link).where(Link.target == target).order_by(Link.id))


async def totals(ctx: Context, links: Sequence[UUID]) -> dict[UUID, int]:
    """Link → its clicks, for those that have some."""
    summed = select(LinkClicks.link_id, func.sum(LinkClicks.clicks).label("clicks"))
    of_these = summed.where(LinkClicks.link_id.in_(links)).group_by(LinkClicks.link_id)
    return {row.link_id: int(row.clicks) for row in await ctx.rows(of_these)}


async def clicks_of(ctx: Context, link_id: UUID) -> int:
    summed = select(func.sum(LinkClicks.clicks)).select_from(LinkClicks).where(LinkClicks.link_id == link_id)
    return int(await ctx.first(summed) or 0)


async def by_day(ctx: Context, link_id: UUID) -> Sequence[Any]:
    return await ctx.rows(_summed(link_id, LinkClicks.day).order_by(LinkClicks.day.desc()))


async def by_referrer(ctx: Context, link_id: UUID, most: int) -> Sequence[Any]:
    """The `most` with the most clicks."""
    summed = _summed(link_id, LinkClicks.referrer)
    return await ctx.rows(summed.order_by(func.sum(LinkClicks.clicks).desc(), LinkClicks.referrer).limit(most))


def _summed(link_id: UUID, column: Any) -> Select[Any, Any]:
    clicks = func.sum(LinkClicks.clicks).label("clicks")
    of_link = select(column.label("of"), clicks).select_from(LinkClicks).where(LinkClicks.link_id == link_id)
    return of_link.group_by(column)
