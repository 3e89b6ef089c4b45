"""Asking the provider: where the buyer pays, and what became of it. Jobs of the platform's own account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from maxbooster.plugin import PLATFORM, Context, job

from ..providers.interface import CheckoutLineOrder, CheckoutOrder
from ..providers.registry import payment_taker
from . import queries
from .models import PAID, Checkout
from .order_keys import of_checkout
from .settling import settle

ANSWERS_WITHIN_S = 60.0
"""An order that was cut off is given again, under the same key."""
LEFT_ALONE = timedelta(minutes=5)
AT_ONCE = 5_000


@job("billing.update_checkout", attempts=12, backoff_s=1.0)
async def update_checkout(ctx: Context, checkout_id: UUID) -> None:
    """Give the provider the order, or ask what became of it: its key makes that one question."""
    row = await queries.checkout(ctx, checkout_id)
    if row.state == PAID and row.fee is not None:
        return
    given = await _order(ctx, row)
    provider = await payment_taker(ctx, row.provider)
    told = await provider.call(lambda it: it.check_out(ctx, given), timeout_s=ANSWERS_WITHIN_S)
    await settle(ctx, row, told)


async def hear_of_checkout(ctx: Context, order_key: str) -> None:
    """Ask the provider at once about the checkout that a webhook is about. What the webhook says is not believed.

    Raises:
        NotFound: it is not the key of one of our orders.
    """
    row = await queries.by_order_key(ctx, order_key)
    ctx.enqueue(update_checkout, row.id, key=str(row.id), account=PLATFORM)


@job("billing.update_checkouts", cron="*/10 * * * *")
async def update_checkouts(ctx: Context) -> None:
    """Ask again about each checkout whose end, or whose fee, nobody has told."""
    for id in await queries.unsettled(ctx, ctx.now - LEFT_ALONE, AT_ONCE):
        ctx.enqueue(update_checkout, id, key=str(id), once=f"{id}:{ctx.now:%Y-%m-%dT%H:%M}", account=PLATFORM)


async def _order(ctx: Context, row: Checkout) -> CheckoutOrder:
    lines = await queries.lines(ctx, row.id)
    return CheckoutOrder(
        key=of_checkout(row.id),
        currency=row.currency,
        amount=row.amount,
        lines=tuple(CheckoutLineOrder(each.description, each.quantity, each.amount) for each in lines),
        return_url=row.return_url,
        opened_at=row.created_at,
        buyer_email=row.buyer_email,
        reference=row.reference,
    )
