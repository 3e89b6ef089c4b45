"""Which bank account pays: what an account sets up for itself, and what whoever runs the platform sets for the others:
`MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN`, …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from maxbooster.plugin import AccountSettings, Invalid, PluginSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context


class BankTransferSettings(PluginSettings, kw_only=True, frozen=True):
    """The bank account that payouts come from."""

    iban: str = ""
    bic: str = ""
    name: str = ""
    """Its holder, as the bank has it."""


class BankAccount(AccountSettings, kw_only=True, frozen=True):
    """The bank account that an account pays from."""

    iban: Annotated[str, Meta(title="IBAN", description="Such as DE89 3704 0044 0532 0130 00.", max_length=60)]
    bic: Annotated[str, Meta(title="BIC", description="If the bank is outside the euro area.", max_length=20)] = ""
    name: Annotated[str, Meta(title="Account holder", description="As the bank has the name.", max_length=200)]

    async def check(self, ctx: Context) -> None:
        from .destination import part_fault

        if (wrong := part_fault(self.iban, self.bic, self.name)) is not None:
            raise Invalid(wrong.fault, field=wrong.part)
