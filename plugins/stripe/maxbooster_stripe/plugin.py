"""Everything that Stripe adds to the platform: a way to take payments, and for the sandbox a simulator of it on this
machine. Uninstalled, nothing of it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, hookimpl

from .settings import StripeSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, Simulator, WebhookSource

    from .provider import Stripe

manifest = Manifest(
    name="billing.stripe",
    version="0.1.0",
    title="Stripe",
    requires=("billing",),
    settings=StripeSettings,
    hosts=("api.stripe.com", "127.0.0.1"),
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
def simulator() -> Sequence[Simulator]:
    """Of Stripe: stateful, with hosted pages on which a browser pays by test cards."""
    from maxbooster.plugin import Simulator

    from .sandbox import running

    return [Simulator("stripe", running)]


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {"en": {"job.webhook:billing.stripe": "Reading a message from Stripe"}}
