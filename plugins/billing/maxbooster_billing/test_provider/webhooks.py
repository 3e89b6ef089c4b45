"""What the test provider's webhooks say: that something happened to an order."""

from __future__ import annotations

import asyncio
import json

from maxbooster.plugin import (
    Context,
    IncomingWebhook,
    Invalid,
    Malformed,
    ProviderEvent,
    ReceivedWebhook,
    WebhookSource,
    verify_standard,
)

from ..payouts.jobs import hear_of_payout
from ..payouts.settling import account_and_payout
from . import bank


async def read(ctx: Context, webhook: IncomingWebhook) -> ProviderEvent:
    secret = await asyncio.to_thread(bank.of(ctx).secret)
    id = verify_standard(webhook, [secret])
    try:
        said = json.loads(webhook.body)
        account, _ = account_and_payout(said["order"])
        return ProviderEvent(id, said["type"], account)
    except (ValueError, KeyError, TypeError, AttributeError, Invalid) as error:
        raise Malformed(f"The test provider sends a type and an order: {error!r}") from error


async def handle(ctx: Context, webhook: ReceivedWebhook) -> None:
    await hear_of_payout(ctx, json.loads(webhook.body)["order"])


source = WebhookSource(read, handle)
