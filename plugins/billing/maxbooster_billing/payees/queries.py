"""Rows of payees; no rule, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from maxbooster.plugin import Context, NotFound, PageOfRows

from ..ledger.models import LedgerAccount
from .models import Payee


async def payees(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Payee]:
    """By name."""
    return await ctx.page(select(Payee), Payee.name, Payee.id, cursor=cursor, limit=limit)


async def owed(ctx: Context, payees: Sequence[UUID]) -> dict[str, list[LedgerAccount]]:
    """Party → what is owed to it, one account for each currency."""
    parties = [str(payee) for payee in payees]
    query = select(LedgerAccount).where(LedgerAccount.purpose == "payable", LedgerAccount.party.in_(parties))
    query = query.order_by(LedgerAccount.currency)
    found: dict[str, list[LedgerAccount]] = {}
    for row in await ctx.all(query):
        found.setdefault(row.party, []).append(row)
    return found


async def known_payees(ctx: Context, ids: Sequence[UUID]) -> dict[UUID, str]:
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
