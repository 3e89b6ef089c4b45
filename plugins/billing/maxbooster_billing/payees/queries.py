"""Rows of payees; no rule, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from maxbooster.plugin import Context, NotFound

from ..ledger.models import LedgerAccount
from .models import Payee


async def payees(ctx: Context) -> Sequence[Payee]:
    """By name."""
    return await ctx.all(select(Payee).order_by(Payee.name, Payee.id))


async def owed(ctx: Context, payee: UUID | None = None) -> dict[str, list[LedgerAccount]]:
    """Party → what is owed to it, one account for each currency."""
    query = select(LedgerAccount).where(LedgerAccount.purpose == "payable").order_by(LedgerAccount.currency)
    if payee is not None:
        query = query.where(LedgerAccount.party == str(payee))
    found: dict[str, list[LedgerAccount]] = {}
    for row in await ctx.all(query):
        found.setdefault(row.party, []).append(row)
    return found


async def known(ctx: Context, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Id → name of those payees.

    Raises:
        NotFound: one of them does not exist in this account.
    """
    rows = await ctx.rows(select(Payee.id, Payee.name).where(Payee.id.in_(ids)))
    found = {row.id: row.name for row in rows}
    for id in ids:
        if id not in found:
            raise NotFound(f"There is no payee {id}.")
    return found
