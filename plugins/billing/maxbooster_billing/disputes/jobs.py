"""Asking the provider about disputes. Jobs of the platform's own account."""

from __future__ import annotations

from maxbooster.plugin import PLATFORM, Context, job

from ..providers.registry import dispute_handler
from . import queries
from .settling import settle

ANSWERS_WITHIN_S = 60.0


@job("billing.update_dispute", attempts=12, backoff_s=2.0)
async def update_dispute(ctx: Context, provider: str, reference: str) -> None:
    handler = dispute_handler(ctx, provider)
    told = await handler.call(lambda it: it.dispute(ctx, reference), timeout_s=ANSWERS_WITHIN_S)
    if told is not None:
        await settle(ctx, provider, told)


async def hear_of_dispute(ctx: Context, provider: str, reference: str) -> None:
    """Ask the provider at once about the dispute that a webhook is about. What the webhook says is not believed."""
    ctx.enqueue(update_dispute, provider, reference, key=f"{provider}:{reference}", account=PLATFORM)


@job("billing.update_disputes", cron="40 * * * *")
async def update_disputes(ctx: Context) -> None:
    """Ask again about each that isn't closed."""
    for row in await queries.open_ones(ctx):
        await hear_of_dispute(ctx, row.provider, row.reference)
