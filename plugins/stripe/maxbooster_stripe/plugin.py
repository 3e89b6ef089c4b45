"""Everything that Stripe adds to the platform: a way to take payments. Uninstalled, nothing of it is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, hookimpl

from .settings import StripeSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, WebhookSource

    from .provider import Stripe

manifest = Manifest(
    name="billing.stripe",
    version="0.1.0",
    title="Stripe",
    requires=("billing",),
    settings=StripeSettings,
    hosts=("api.stripe.com",),
    hosts_from_settings=("url",),
)


@hookimpl
def payment_provider(ctx: Context) -> Stripe:
    from .provider import Stripe

    return Stripe(ctx.settings(StripeSettings))


@hookimpl
def webhook_source() -> WebhookSource:
    from .webhooks import source

    return source


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {"en": {"job.webhook:billing.stripe": "Reading a message from Stripe"}}
