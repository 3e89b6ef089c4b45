"""The provider: an order waits here until somebody has put it into a payment file and says what became of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from maxbooster.plugin import Context, Invalid

from ..providers.interface import DestinationField, PayoutOrder, PayoutState
from . import payment_file, queries
from .destination import read, shown
from .models import EXECUTED, FAILED, WAITING, BankOrder
from .paying import NotSetUp, paying_account
from .payment_file import CURRENCY

ASK_AGAIN = timedelta(days=1)
"""Whoever says what became of it asks at once."""


class BankTransfer:
    destination_hint = "IBAN, BIC and account holder"
    destination_fields = (
        DestinationField("IBAN", "such as DE89 3704 0044 0532 0130 00"),
        DestinationField("BIC", "if the bank is outside the euro area", required=False),
        DestinationField("Account holder", "as the bank has the name"),
    )
    for_testing = False

    def destination_fault(self, destination: str) -> str | None:
        try:
            return read(destination).fault()
        except ValueError as wrong:
            return str(wrong)

    async def setup_fault(self, ctx: Context) -> str | None:
        try:
            await paying_account(ctx)
        except NotSetUp as fault:
            return fault.detail
        return None

    def fee(self, currency: str, amount: int, destination: str) -> int:
        """The bank's own account fees are not the payment's."""
        return 0

    def currency_fault(self, currency: str) -> str | None:
        if currency == CURRENCY:
            return None
        return (
            f"Bank transfers here are SEPA transfers, which are in {CURRENCY} only, not in {currency}. Choose another"
            f" payment method, or convert statements to {CURRENCY} when you import them."
        )

    def amount_fault(self, currency: str, amount: int) -> str | None:
        return payment_file.amount_fault(amount)

    def destination_shown(self, destination: str) -> str:
        return shown(destination)[1]

    async def pay_out(self, ctx: Context, order: PayoutOrder) -> PayoutState:
        id = UUID(order.key.rpartition(".")[2])
        row = await queries.known(ctx, id)
        if row is None:
            if (fault := self._fault(order) or await self.setup_fault(ctx)) is not None:
                return PayoutState(state="failed", reference=id.hex, reason=fault)
            row = BankOrder(
                id=id, currency=order.currency, amount=order.amount, destination=order.destination,
                statement=order.statement[:140], state=WAITING, ordered_at=ctx.now,
            )  # fmt: skip
            ctx.add(row)
        elif (row.currency, row.amount, row.destination) != (order.currency, order.amount, order.destination):
            raise Invalid(f"The order {id} was given before, for something else.")
        return _state(row, ctx)

    def _fault(self, order: PayoutOrder) -> str | None:
        return (
            self.currency_fault(order.currency)
            or self.destination_fault(order.destination)
            or self.amount_fault(order.currency, order.amount)
        )


def _state(row: BankOrder, ctx: Context) -> PayoutState:
    if row.state == EXECUTED:
        return PayoutState(state="paid", reference=row.id.hex)
    if row.state == FAILED:
        return PayoutState(state="failed", reference=row.id.hex, reason=row.reason)
    return PayoutState(state="sent", reference=row.id.hex, ask_again_at=ctx.now + ASK_AGAIN)
