"""The provider: an order waits here until somebody has put it into a payment file and says what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from maxbooster.plugin import Context, Invalid

from ..providers.interface import DestinationField, PayoutOrder, PayoutState
from . import queries
from .destination import read
from .models import EXECUTED, FAILED, WAITING, BankOrder
from .payment_file import CURRENCY

if TYPE_CHECKING:
    from .settings import BankTransferSettings

ASK_AGAIN = timedelta(days=1)
"""Whoever says what became of it asks at once."""


class BankTransfer:
    name = "bank_transfer"
    title = "Bank transfer"
    destination_hint = "IBAN, BIC and account holder"
    destination_fields = (
        DestinationField("IBAN", "such as DE89 3704 0044 0532 0130 00"),
        DestinationField("BIC", "if the bank is outside the euro area", required=False),
        DestinationField("Account holder", "as the bank has the name"),
    )
    for_testing = False

    def __init__(self, settings: BankTransferSettings) -> None:
        self._settings = settings

    def destination_fault(self, destination: str) -> str | None:
        try:
            read(destination)
        except ValueError as fault:
            return str(fault)
        return None

    def fee(self, currency: str, amount: int, destination: str) -> int:
        """The bank's own account fees are not the payment's."""
        return 0

    def destination_shown(self, destination: str) -> str:
        return read(destination).shown()

    async def pay_out(self, ctx: Context, order: PayoutOrder) -> PayoutState:
        id = UUID(order.key.rpartition(".")[2])
        row = await queries.known(ctx, id)
        if row is None:
            if (fault := self._fault(order)) is not None:
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
        if order.currency != CURRENCY:
            return f"Bank transfers are paid in {CURRENCY}, not in {order.currency}."
        return self.destination_fault(order.destination)


def _state(row: BankOrder, ctx: Context) -> PayoutState:
    if row.state == EXECUTED:
        return PayoutState(state="paid", reference=row.id.hex)
    if row.state == FAILED:
        return PayoutState(state="failed", reference=row.id.hex, reason=row.reason)
    return PayoutState(state="sent", reference=row.id.hex, ask_again_at=ctx.now + ASK_AGAIN)
