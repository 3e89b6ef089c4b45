"""What whoever runs the platform can set: `MAXBOOSTER_BILLING__PAYOUT_LIMIT`, …"""

from __future__ import annotations

from maxbooster.plugin import PluginSettings


class BillingSettings(PluginSettings, kw_only=True, frozen=True):
    """Limits are in minor units of each currency; 0: no limit."""

    payout_limit: int = 2_500_000
    """The largest payout."""
    payout_limit_a_day: int = 10_000_000
    """Of an account's payouts in 24 hours, those that failed apart."""
    provider_limit_a_day: int = 0
    """Of what all accounts pay out through one provider in 24 hours."""
    checkout_provider: str = ""
    """Which payment provider takes payments; empty: the only one that there is."""
