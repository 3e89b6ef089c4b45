"""The provider itself. The destination says how it is to behave, as the card numbers of other test modes do."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from maxbooster.plugin import Context, NotReady

from ..providers.interface import DestinationField, Notice, NoticeRefused, PayoutOrder, PayoutState
from .bank import Bank

if TYPE_CHECKING:
    from .plugin import TestProviderSettings

BEHAVIOURS = {
    "accept": "is paid at once",
    "decline": "fails: the account is closed",
    "slow": "is on its way for a minute",
    "flaky": "cannot be reached twice, then is paid",
    "fee": "is paid for a fee of 25 minor units",
}
SLOW_S = 60.0
FEE = 25
SIGNATURE = "test-signature"


class TestProvider:
    """Pays out, and gives notice."""

    name = "test"
    title = "Test provider (moves no money)"
    destination_hint = "accept, decline, slow, flaky or fee; more may follow after a colon"
    destination_fields = (DestinationField("Behavior", destination_hint),)
    for_testing = True

    def __init__(self, bank: Bank, settings: TestProviderSettings) -> None:
        self.bank = bank
        self._settings = settings

    def destination_fault(self, destination: str) -> str | None:
        behaviour = destination.partition(":")[0]
        if behaviour in BEHAVIOURS:
            return None
        return f"The test provider does not know {behaviour!r}: write {', '.join(BEHAVIOURS)}."

    def fee(self, currency: str, amount: int, destination: str) -> int:
        return FEE if destination.partition(":")[0] == "fee" else 0

    def destination_shown(self, destination: str) -> str:
        return destination

    async def pay_out(self, ctx: Context, order: PayoutOrder) -> PayoutState:
        remembered = await asyncio.to_thread(self.bank.remember, order, ctx.now)
        if remembered.order != (order.currency, order.amount, order.destination):
            return PayoutState(state="failed", reason="This order's key was used for another order.")
        behaviour = order.destination.partition(":")[0]
        if behaviour == "flaky" and remembered.tries <= 2:
            raise NotReady("The test provider cannot be reached at this moment.", retry_after_s=0.1)
        due = remembered.ordered_at + timedelta(seconds=SLOW_S if behaviour == "slow" else self._settings.delay_s)
        if ctx.now < due:
            return PayoutState(state="sent", reference=remembered.reference, ask_again_at=due)
        if fault := self._decision(order, behaviour):
            return PayoutState(state="failed", reference=remembered.reference, reason=fault)
        return PayoutState(
            state="paid", reference=remembered.reference, fee=self.fee(order.currency, order.amount, order.destination)
        )

    def _decision(self, order: PayoutOrder, behaviour: str) -> str | None:
        if behaviour == "decline":
            return "The receiver's account is closed."
        if self._settings.decline_above and order.amount > self._settings.decline_above:
            return f"More than {self._settings.decline_above} minor units are not accepted."
        return None

    async def read_notices(self, ctx: Context, headers: Mapping[str, str], body: bytes) -> Sequence[Notice]:
        if not hmac.compare_digest(headers.get(SIGNATURE, "").encode(), self._signed(body).encode()):
            raise NoticeRefused("The notice is not signed by the test provider.")
        said = json.loads(body)
        return [Notice(id=said["id"], order_key=said["order"])]

    def notices(self) -> list[tuple[dict[str, str], bytes]]:
        """A signed notice for every order that was ever given, as a provider would send it: headers and body."""
        bodies = [json.dumps({"id": uuid4().hex, "order": key}).encode() for key, _ in self.bank.orders()]
        return [({SIGNATURE: self._signed(body)}, body) for body in bodies]

    def _signed(self, body: bytes) -> str:
        return hmac.new(self.bank.secret(), body, sha256).hexdigest()
