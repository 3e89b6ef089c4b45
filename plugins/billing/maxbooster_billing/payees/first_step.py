"""The first step towards a payout."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from maxbooster.plugin import Context, FirstStep

from .models import Payee


async def steps(ctx: Context) -> Sequence[FirstStep]:
    if ctx.identity is None or ctx.identity.account is None:
        return []
    ways = await ctx.first(select(func.count()).select_from(Payee).where(Payee.provider.is_not(None)))
    return [
        FirstStep(
            id="billing.payee",
            title="Add payees",
            why="Royalties are split among payees. Start with yourself.",
            path="/money",
            icon="wallet",
            done=bool(ways),
            order=60,
            permission="payee.write",
        )
    ]
