"""Rows of checkouts and sales; no rule, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from maxbooster.plugin import Context, NotFound, PageOfRows

from .models import FAILED, OPEN, PAID, PROCESSING, SENDING, SENT, Checkout, CheckoutLine, Refund, Sale
from .order_keys import checkout_in


async def checkout(ctx: Context, id: UUID) -> Checkout:
    """
    Raises:
        NotFound: there is none.
    """
    return _found(await ctx.platform.first(select(Checkout).where(Checkout.id == id)), str(id))


async def by_token(ctx: Context, token: str) -> Checkout:
    """
    Raises:
        NotFound: there is none.
    """
    return _found(await ctx.platform.first(select(Checkout).where(Checkout.token == token)), "at this address")


def _found(row: Checkout | None, which: str) -> Checkout:
    if row is None:
        raise NotFound(f"There is no checkout {which}.")
    return row


async def by_order_key(ctx: Context, key: str) -> Checkout:
    """
    Raises:
        NotFound: it is not the key of one of our orders.
    """
    if (id := checkout_in(key)) is None:
        raise NotFound(f"There is no checkout {key[:100]!r}.")
    return await checkout(ctx, id)


async def under_key(ctx: Context, opener: UUID, key: str) -> Checkout | None:
    return await ctx.platform.first(select(Checkout).where(Checkout.opened_by == opener, Checkout.key == key))


async def lines(ctx: Context, checkout: UUID) -> Sequence[CheckoutLine]:
    of = CheckoutLine.checkout_id == checkout
    return await ctx.platform.all(select(CheckoutLine).where(of).order_by(CheckoutLine.number))


async def line(ctx: Context, id: UUID) -> CheckoutLine:
    """
    Raises:
        NotFound: there is none.
    """
    row = await ctx.platform.first(select(CheckoutLine).where(CheckoutLine.id == id))
    if row is None:
        raise NotFound(f"There is no checkout line {id}.")
    return row


async def unsettled(ctx: Context, before: datetime, limit: int) -> Sequence[UUID]:
    """Checkouts of which nobody knows the end, or the fee; the oldest first."""
    open_ones = Checkout.state.in_((OPEN, PROCESSING)) | ((Checkout.state == PAID) & Checkout.fee.is_(None))
    query = select(Checkout.id).where(open_ones, Checkout.created_at < before).order_by(Checkout.created_at)
    return await ctx.platform.all(query.limit(limit))


async def sales(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Any]:
    """The newest first."""
    return await ctx.page(select(Sale), Sale.id.desc(), cursor=cursor, limit=limit)


async def sale(ctx: Context, id: UUID) -> Sale | None:
    return await ctx.first(select(Sale).where(Sale.id == id))


async def refund_under_key(ctx: Context, key: str) -> Refund | None:
    return await ctx.first(select(Refund).where(Refund.key == key))


async def refunds(ctx: Context, sale: UUID) -> Sequence[Refund]:
    """Of a sale, the oldest first."""
    return await ctx.all(select(Refund).where(Refund.sale_id == sale).order_by(Refund.id))


async def under_way(ctx: Context, sales: Sequence[UUID]) -> dict[UUID, int]:
    """Sale → minor units of refunds that are on their way."""
    of = (Refund.sale_id.in_(sales), Refund.state.in_((SENDING, SENT)))
    query = select(Refund.sale_id, func.sum(Refund.amount).label("amount")).where(*of).group_by(Refund.sale_id)
    return {row.sale_id: int(row.amount) for row in await ctx.rows(query)}


async def refunding(ctx: Context, sale: UUID) -> int:
    """Minor units that are refunded, or may yet be."""
    return sum(row.amount for row in await refunds(ctx, sale) if row.state != FAILED)
