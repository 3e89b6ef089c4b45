"""What whoever runs the platform sets: `MAXBOOSTER_BILLING_STRIPE__KEY`, or `[billing.stripe]` in `maxbooster.toml`."""

from __future__ import annotations

from maxbooster.plugin import PluginSettings


class StripeSettings(PluginSettings, kw_only=True, frozen=True):
    key: str = ""
    """A secret key (`sk_live_…`, or `sk_test_…` to try it), or a restricted one that may write Checkout Sessions and
    refunds."""
    webhook_secrets: str = ""
    """The signing secrets of the webhook endpoints (`whsec_…`), separated by commas; both, while one is rotated."""
    currencies: str = "EUR,USD,GBP"
    """Currencies in which the Stripe account is settled, separated by commas. Others would be converted, and what was
    paid could not be told to the cent: they are refused."""
    url: str = "https://api.stripe.com"
