"""Rows of disputes; no rule, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from maxbooster.plugin import Context

from .models import CLOSED, Dispute, SaleDispute


async def known(ctx: Context, provider: str, reference: str) -> Dispute | None:
    of = (Dispute.provider == provider, Dispute.reference == reference)
    return await ctx.platform.first(select(Dispute).where(*of))


async def dispute(ctx: Context, id: UUID) -> Dispute | None:
    return await ctx.platform.first(select(Dispute).where(Dispute.id == id))


async def open_ones(ctx: Context) -> Sequence[Dispute]:
    return await ctx.platform.all(select(Dispute).where(Dispute.state.not_in(CLOSED)).order_by(Dispute.opened_at))


async def of_sale(ctx: Context, dispute_id: UUID, sale_id: UUID) -> SaleDispute | None:
    of = (SaleDispute.dispute_id == dispute_id, SaleDispute.sale_id == sale_id)
    return await ctx.first(select(SaleDispute).where(*of))


async def of_sales(ctx: Context, sales: Sequence[UUID]) -> dict[UUID, SaleDispute]:
    """Sale → its latest dispute."""
    rows = await ctx.all(select(SaleDispute).where(SaleDispute.sale_id.in_(sales)).order_by(SaleDispute.opened_at))
    return {row.sale_id: row for row in rows}
