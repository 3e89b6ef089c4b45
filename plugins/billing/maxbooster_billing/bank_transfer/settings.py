"""What whoever runs the platform sets: `MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN`, …"""

from __future__ import annotations

from maxbooster.plugin import PluginSettings


class BankTransferSettings(PluginSettings, kw_only=True, frozen=True):
    """The bank account that payouts come from."""

    iban: str = ""
    bic: str = ""
    name: str = ""
    """Its holder, as the bank has it."""
