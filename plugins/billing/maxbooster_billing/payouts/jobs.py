"""Sending payouts, and asking what became of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from maxbooster.plugin import Context, job

from ..providers.registry import payer
from .models import FINAL, Payout

ASK_AGAIN = timedelta(minutes=15)


@job("billing.pay_out", attempts=12, backoff_s=2.0)
async def send(ctx: Context, payout_id: UUID) -> None:
    """Give the order to the provider, as often as it takes: its key makes it one. What is on its way is asked for again
    later, or when the provider gives notice."""
    from . import service

    row = await ctx.get(Payout, payout_id)
    if row.state in FINAL:
        return
    provider = await payer(ctx, row.provider)
    result = await provider.pay_out(ctx, service.order(ctx, row))
    if result.state == "sent":
        ctx.enqueue(send, row.id, key=str(row.id), at=result.ask_again_at or ctx.now + ASK_AGAIN)
    await service.settle(ctx, row, result)


@job("billing.hear_notice", attempts=8)
async def hear(ctx: Context, order_key: str) -> None:
    """Ask at once for the payout that a notice is about. A notice is a hint: what it says is not believed.
    Under the key of the payout itself it would wait until that is due to be asked for."""
    from .service import account_and_payout

    account, payout = account_and_payout(order_key)
    async with ctx.enter(account, "payout.settle") as inside:
        row = await inside.get(Payout, payout)
        if row.state not in FINAL:
            inside.enqueue(send, row.id, key=f"{row.id}:now")
