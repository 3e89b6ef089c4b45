"""Everything that the test provider adds to the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, PluginSettings, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .provider import TestProvider


class TestProviderSettings(PluginSettings, kw_only=True, frozen=True):
    decline_above: int = 0
    """Payouts of more minor units than this fail; 0: none does."""
    delay_s: float = 0.0
    """How long every payout is on its way."""


manifest = Manifest(
    name="billing.test",
    version="0.1.0",
    title="Payment provider for trying payouts; moves no money",
    requires=("billing",),
    settings=TestProviderSettings,
)


@hookimpl
def payment_provider(ctx: Context) -> TestProvider:
    from maxbooster.plugin import Settings

    from .bank import Bank
    from .provider import TestProvider

    return TestProvider(Bank(ctx.settings(Settings).data / "test-provider.db"), ctx.settings(TestProviderSettings))
