"""Rows of bank orders and payment files; no rule, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from maxbooster.plugin import Context

from .models import WAITING, BankFile, BankOrder


async def known(ctx: Context, id: UUID) -> BankOrder | None:
    return await ctx.first(select(BankOrder).where(BankOrder.id == id))


async def waiting(ctx: Context, limit: int) -> Sequence[BankOrder]:
    """Orders that are in no file yet, the oldest first."""
    return await ctx.all(select(BankOrder).where(BankOrder.state == WAITING).order_by(BankOrder.id).limit(limit))


async def orders(ctx: Context, *, file: UUID | None, limit: int) -> Sequence[BankOrder]:
    """The newest first."""
    query = select(BankOrder).order_by(BankOrder.id.desc()).limit(limit)
    return await ctx.all(query if file is None else query.where(BankOrder.file_id == file))


async def files(ctx: Context, limit: int) -> Sequence[BankFile]:
    """The newest first."""
    return await ctx.all(select(BankFile).order_by(BankFile.id.desc()).limit(limit))
