"""The provider itself. The destination says how it is to behave, as the card numbers of other test modes do; without
one, which is all that forms offer, everything is paid."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from maxbooster.plugin import Context, NotReady, UsageError, signed_headers

from ..providers.interface import (
    CheckoutOrder,
    CheckoutState,
    DestinationField,
    PayoutOrder,
    PayoutState,
    RefundOrder,
    RefundState,
)
from .bank import Bank

if TYPE_CHECKING:
    from .plugin import TestProviderSettings

BEHAVIORS = {
    "accept": "is paid at once",
    "decline": "fails: the account is closed",
    "slow": "is on its way for a minute",
    "flaky": "cannot be reached twice, then is paid",
    "fee": "is paid for a fee of 25 minor units",
}
SLOW_S = 60.0
FEE = 25


def _behavior(destination: str) -> str:
    return destination.partition(":")[0] or "accept"


class TestProvider:
    """Pays out, takes payments, and sends webhooks."""

    destination_hint = "accept, decline, slow, flaky or fee; more may follow after a colon"
    destination_fields: tuple[DestinationField, ...] = ()
    for_testing = True
    test_mode = True

    def __init__(self, bank: Bank, settings: TestProviderSettings) -> None:
        self.bank = bank
        self._settings = settings

    def destination_fault(self, destination: str) -> str | None:
        if _behavior(destination) in BEHAVIORS:
            return None
        return f"The test provider does not know {_behavior(destination)!r}: write {', '.join(BEHAVIORS)}."

    async def setup_fault(self, ctx: Context) -> str | None:
        return None

    def fee(self, currency: str, amount: int, destination: str) -> int:
        return FEE if _behavior(destination) == "fee" else 0

    def currency_fault(self, currency: str) -> str | None:
        return None

    def amount_fault(self, currency: str, amount: int) -> str | None:
        return None

    def destination_shown(self, destination: str) -> str:
        return destination

    async def pay_out(self, ctx: Context, order: PayoutOrder) -> PayoutState:
        remembered = await asyncio.to_thread(self.bank.remember, order, ctx.now)
        if remembered.order != (order.currency, order.amount, order.destination):
            return PayoutState(state="failed", reason="This order's key was used for another order.")
        behavior = _behavior(order.destination)
        if behavior == "flaky" and remembered.tries <= 2:
            raise NotReady("The test provider cannot be reached at this moment.", retry_after_s=0.1)
        due = remembered.ordered_at + timedelta(seconds=SLOW_S if behavior == "slow" else self._settings.delay_s)
        if ctx.now < due:
            return PayoutState(state="sent", reference=remembered.reference, ask_again_at=due)
        if fault := self._decision(order, behavior):
            return PayoutState(state="failed", reference=remembered.reference, reason=fault)
        return PayoutState(
            state="paid", reference=remembered.reference, fee=self.fee(order.currency, order.amount, order.destination)
        )

    async def checkout_fault(self, ctx: Context, currency: str, amounts: Sequence[int]) -> str | None:
        return None

    async def check_out(self, ctx: Context, order: CheckoutOrder) -> CheckoutState:
        """There is no page to pay on: the buyer is sent back, and what they did is told to the bank."""
        known = await asyncio.to_thread(self.bank.open_checkout, order)
        if known.order != (order.currency, order.amount):
            raise UsageError(f"the key {order.key!r} was used for another checkout")
        return CheckoutState(
            state=cast(Any, known.state),
            reference=known.reference,
            url=f"{order.return_url}#{order.key}",
            fee=known.fee,
        )

    def refund_fault(self, currency: str, amount: int) -> str | None:
        return None

    async def refund(self, ctx: Context, order: RefundOrder) -> RefundState:
        reference = await asyncio.to_thread(self.bank.give_back, order)
        if reference is None:
            return RefundState(state="failed", reason="More would be given back than was paid.")
        return RefundState(state="done", reference=reference)

    def _decision(self, order: PayoutOrder, behavior: str) -> str | None:
        if behavior == "decline":
            return "The receiver's account is closed."
        if self._settings.decline_above and order.amount > self._settings.decline_above:
            return f"More than {self._settings.decline_above} minor units are not accepted."
        return None

    def webhooks(self, now: datetime) -> list[tuple[dict[str, str], bytes]]:
        """A signed webhook for every order that was ever given, as a provider would send it: headers and body."""
        bodies = [json.dumps({"type": "payout.changed", "order": key}).encode() for key, _ in self.bank.orders()]
        secret = self.bank.secret()
        return [(signed_headers(f"tp_{uuid4().hex}", body, [secret], now), body) for body in bodies]
