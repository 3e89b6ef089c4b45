"""Checkouts and sales over HTTP: words in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import (
    Conflict,
    Context,
    Cursor,
    Limit,
    NotFound,
    NotReady,
    Page,
    Routes,
    Settings,
    address_of,
    get,
    post,
    web_address,
)

from ..disputes.queries import of_sales
from ..ledger.posting import KeyReused
from . import queries, refunds, service
from .models import Sale
from .schemas import CheckoutAt, CheckoutOut, NewOwnCheckout, NewRefund, RefundOut, RefundStarted, SaleOut


@post(
    "/checkouts",
    operation_id="createCheckout",
    permission="sale.write",
    raises=[Conflict, KeyReused, NotReady],
)
async def create_checkout(ctx: Context, data: NewOwnCheckout) -> CheckoutAt:
    """Open a checkout of what this account sells. `payment.settled` tells of each line that was paid."""
    web_address(data.return_url, field="return_url")
    opened = await service.checkout(ctx, data.of(ctx.account))
    return CheckoutAt(opened.id, address_of(ctx.settings(Settings), service.AREA, opened.token))


@get("/checkouts/{token:str}", operation_id="getCheckout", public=True, raises=[NotFound])
async def get_checkout(ctx: Context, token: str) -> CheckoutOut:
    """What a buyer pays, where, and what became of it. Whoever has the token may ask."""
    return await service.shown(ctx, token)


@get("/sales", operation_id="listSales", permission="sale.read")
async def list_sales(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[SaleOut]:
    """The newest first."""
    rows, next = await queries.sales(ctx, cursor, limit)
    return Page(await _shown(ctx, rows), next)


@get("/sales/{sale_id:uuid}", operation_id="getSale", permission="sale.read")
async def get_sale(ctx: Context, sale_id: UUID) -> SaleOut:
    [sale] = await _shown(ctx, [await ctx.get(Sale, sale_id)])
    return sale


async def _shown(ctx: Context, rows: Sequence[Sale]) -> list[SaleOut]:
    ids = [row.id for row in rows]
    disputes, refunding = await of_sales(ctx, ids), await queries.under_way(ctx, ids)
    return [SaleOut.of(row, refunding.get(row.id, 0), disputes.get(row.id)) for row in rows]


@get("/sales/{sale_id:uuid}/refunds", operation_id="listRefunds", permission="sale.read")
async def list_refunds(ctx: Context, sale_id: UUID) -> list[RefundOut]:
    """The oldest first."""
    await ctx.get(Sale, sale_id)
    return [RefundOut.of(row) for row in await queries.refunds(ctx, sale_id)]


@post(
    "/sales/{sale_id:uuid}/refunds",
    operation_id="refundSale",
    permission="sale.refund",
    step_up="people",
    raises=[Conflict, KeyReused, NotFound],
    status_code=202,
)
async def refund_sale(ctx: Context, sale_id: UUID, data: NewRefund) -> RefundStarted:
    """Give the buyer back a sale's amount, or a part of it, in the background."""
    return await refunds.refund(ctx, sale_id, data)


routes = [Routes("/", [create_checkout, get_checkout, list_sales, get_sale, list_refunds, refund_sale])]
