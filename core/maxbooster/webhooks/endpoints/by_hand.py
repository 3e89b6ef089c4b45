"""What people have sent at once: a test, and a delivery again."""

from __future__ import annotations

import math
from uuid import UUID

from ...auth.limits import take
from ...auth.throttle import Limit
from ...context import Context
from ...db.types import new_id
from ...errors import Conflict, TooMany
from . import service
from .jobs import begin
from .models import PENDING, WebhookDelivery, WebhookEndpoint

SENT_BY_HAND = Limit("webhooks.sent", burst=20, per_s=3)
"""Tests and resends of one account."""


async def test(ctx: Context, id: UUID) -> UUID:
    """Send an event that means nothing; returns the delivery.

    Raises:
        NotFound: no such endpoint.
        Conflict: it is disabled.
        TooMany: too many were sent by hand in the last minute.
    """
    endpoint = await ctx.get(WebhookEndpoint, id)
    _refuse_disabled(endpoint)
    await _count_sending(ctx)
    body = service.payload(service.TEST, ctx.now, {"message": "This is a test from Max Booster."})
    row = service.delivery(endpoint, new_id(), service.TEST, body, ctx.now)
    ctx.add(row)
    begin(ctx, row.id, 1)
    return row.id


async def resend(ctx: Context, id: UUID) -> UUID:
    """Try a delivery again now, whatever became of it.

    Raises:
        NotFound: no such delivery.
        Conflict: its endpoint is disabled.
        TooMany: too many were sent by hand in the last minute.
    """
    row = await ctx.get(WebhookDelivery, id)
    _refuse_disabled(await ctx.get(WebhookEndpoint, row.endpoint_id))
    await _count_sending(ctx)
    row.state, row.next_at = PENDING, ctx.now
    begin(ctx, row.id, row.attempts + 1)
    ctx.audit("webhook.resent", row)
    return row.id


async def _count_sending(ctx: Context) -> None:
    if wait := await take(ctx, (SENT_BY_HAND, str(ctx.account))):
        raise TooMany(f"Too many webhooks were sent by hand; try again in {math.ceil(wait)} s.", retry_after_s=wait)


def _refuse_disabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise Conflict("This webhook is disabled; enable it first.")
