"""Everything that the test provider adds to the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, PluginSettings, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import Context, WebhookSource

    from .provider import TestProvider


class TestProviderSettings(PluginSettings, kw_only=True, frozen=True):
    decline_above: int = 0
    """Payouts of more minor units than this fail; 0: none does."""
    delay_s: float = 0.0
    """How long every payout is on its way."""


manifest = Manifest(
    name="billing.test",
    version="0.1.0",
    title="Test provider (moves no money)",
    requires=("billing",),
    settings=TestProviderSettings,
)


@hookimpl
def payment_provider(ctx: Context) -> TestProvider:
    from .bank import of
    from .provider import TestProvider

    return TestProvider(of(ctx), ctx.settings(TestProviderSettings))


@hookimpl
def webhook_source() -> WebhookSource:
    """The provider says when something happened to an order; what, it is then asked."""
    from .webhooks import source

    return source


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {"en": {"job.webhook:billing.test": "Reading a message from the test provider"}}
