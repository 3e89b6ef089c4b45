"""Stripe's webhooks: signed, and hints only. Each names an object of ours by the key that we gave it, and leads to
asking Stripe what became of that (https://docs.stripe.com/webhooks, https://docs.stripe.com/webhooks/signature)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

import stripe

from maxbooster.plugin import (
    PLATFORM,
    Context,
    IncomingWebhook,
    Invalid,
    Malformed,
    NotFound,
    ProviderEvent,
    ReceivedWebhook,
    WebhookRefused,
    WebhookSource,
    refuse_stale,
)
from maxbooster_billing.plugin import hear_of_checkout, hear_of_dispute, hear_of_refund

from .client import SERVICE, webhook_secrets
from .settings import StripeSettings

_ABOUT_PAYMENTS: Final = ("checkout.session.", "payment_intent.", "charge.")
_ABOUT_DISPUTES: Final = "charge.dispute."
_ABOUT_REFUNDS: Final = ("refund.", "charge.refund.")


async def read(ctx: Context, webhook: IncomingWebhook) -> ProviderEvent:
    _verify(await webhook_secrets(ctx, ctx.settings(StripeSettings)), webhook)
    try:
        said = json.loads(webhook.body)
        return ProviderEvent(str(said["id"])[:200], str(said["type"])[:120], PLATFORM)
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"Stripe's events have an id and a type: {error!r}.") from None


def _verify(secrets: list[str], webhook: IncomingWebhook) -> None:
    """
    Raises:
        WebhookRefused: none of our secrets signed it, or it is too old or too new. The SDK lets the future pass.
    """
    if not secrets:
        raise WebhookRefused("No signing secret is set: set MAXBOOSTER_BILLING_STRIPE__WEBHOOK_SECRETS.")
    header = webhook.headers.get("stripe-signature", "")
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(webhook.body.decode(), header, secret, tolerance=None)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        refuse_stale(_timestamp(header), webhook.at)
        return
    raise WebhookRefused("The signature is missing, or was made with another secret, or the body was changed.")


def _timestamp(header: str) -> str:
    return next((part.strip()[2:] for part in header.split(",") if part.strip().startswith("t=")), "")


async def handle(ctx: Context, webhook: ReceivedWebhook) -> None:
    """Of what isn't ours nothing becomes: it was sold by hand, or by another server with the same Stripe account."""
    event = json.loads(webhook.body)
    key = _key(event)
    with suppress(Invalid, NotFound):
        if webhook.type.startswith(_ABOUT_DISPUTES):
            await hear_of_dispute(ctx, SERVICE, str(_about(event).get("id"))[:200])
        elif webhook.type.startswith(_ABOUT_REFUNDS) and key.startswith("refund."):
            await hear_of_refund(ctx, key)
        elif webhook.type.startswith(_ABOUT_PAYMENTS) and key.startswith("checkout."):
            await hear_of_checkout(ctx, key)


def _about(event: dict[str, Any]) -> dict[str, Any]:
    return (event.get("data") or {}).get("object") or {}


def _key(event: dict[str, Any]) -> str:
    return str((_about(event).get("metadata") or {}).get("key") or "")[:200]


source = WebhookSource(read, handle)
