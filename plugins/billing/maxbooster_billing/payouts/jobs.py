"""Sending payouts, and asking what became of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from maxbooster.plugin import Context, job

from ..providers.registry import payer
from .models import FINAL, Payout
from .settling import account_and_payout, order, settle

ASK_AGAIN = timedelta(minutes=15)
ANSWERS_WITHIN_S = 120.0
"""An order that was cut off is given again, under the same key."""


@job("billing.pay_out", attempts=12, backoff_s=2.0)
async def send(ctx: Context, payout_id: UUID) -> None:
    """Give the order to the provider, as often as it takes: its key makes it one. What is on its way is asked for again
    later, or when the provider gives notice."""
    row = await ctx.get(Payout, payout_id)
    if row.state in FINAL:
        return
    given = order(ctx, row)
    provider = payer(ctx, row.provider)
    result = await provider.call(lambda it: it.pay_out(ctx, given), timeout_s=ANSWERS_WITHIN_S)
    if result.state == "sent":
        ctx.enqueue(send, row.id, key=str(row.id), at=result.ask_again_at or ctx.now + ASK_AGAIN)
    await settle(ctx, row, provider, result)


async def hear_of_payout(ctx: Context, order_key: str) -> None:
    """Ask the provider at once for the payout that a webhook is about: call it where the webhook is handled, in the
    payout's account. A webhook is a hint: what it says is not believed.

    Under the key of the payout itself the job would wait until that is due to be asked for.

    Raises:
        Invalid: it is not the key of one of our orders.
        NotFound: no such payout in this account.
    """
    _, payout = account_and_payout(order_key)
    row = await ctx.get(Payout, payout)
    if row.state not in FINAL:
        ctx.enqueue(send, row.id, key=f"{row.id}:now")
