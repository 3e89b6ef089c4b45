"""What an order to a provider says, and what its end means for the books."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Connector, Context, Invalid, notify

from ..currency import written
from ..ledger.posting import Leg, Transaction, post, void
from ..payees.models import Payee
from ..providers.interface import PayoutOrder, PayoutState, PaysOut
from ..texts import fitted
from .events import PayoutFailed, PayoutPaid
from .models import FAILED, FINAL, PAID, SENT, Payout


def order(ctx: Context, row: Payout) -> PayoutOrder:
    """What the provider is told; its key says whose payout it is, for notices."""
    return PayoutOrder(
        key=f"{ctx.account.hex}.{row.id.hex}",
        currency=row.currency,
        amount=row.amount,
        destination=row.destination,
        statement="Max Booster payout",
    )


def account_and_payout(order_key: str) -> tuple[UUID, UUID]:
    """
    Raises:
        Invalid: it is not the key of one of our orders.
    """
    account, _, payout = order_key.partition(".")
    try:
        return UUID(account), UUID(payout)
    except ValueError:
        raise Invalid(f"The order {order_key[:100]!r} is not one of this platform's.", field="order") from None


async def settle(ctx: Context, row: Payout, provider: Connector[PaysOut], result: PayoutState) -> None:
    """Write down what the provider says, and post what came of it, in one transaction."""
    if row.state in FINAL:
        return
    row.reference, row.fee = fitted(result.reference, 200), result.fee
    row.sent_at = row.sent_at or ctx.now
    if result.state == "sent":
        row.state = SENT
        return
    row.state = PAID if result.state == "paid" else FAILED
    row.reason, row.ended_at = fitted(result.reason, 500), ctx.now
    ctx.audit(f"payout.{row.state}", row, after={"reference": result.reference, "reason": result.reason})
    payee = await ctx.get(Payee, row.payee_id)
    await _tell(ctx, row, payee)
    if row.state == PAID:
        ctx.emit(PayoutPaid(row.id, row.payee_id, row.currency, row.amount))
        await ctx.write(post, ctx.account, _paid(row, payee, provider), ctx.now)
    else:
        ctx.emit(PayoutFailed(row.id, row.payee_id, row.reason))
        memo = fitted(f"Payout failed: {row.reason}", 500)
        hold, key, now = _hold_of(row), f"payout:{row.id}:void", ctx.now
        await ctx.write(lambda connection: void(connection, ctx.account, hold, now, key=key, memo=memo))


async def _tell(ctx: Context, row: Payout, payee: Payee) -> None:
    facts = {"payee": payee.name, "amount": f"{written(row.amount, row.currency)} {row.currency}"}
    if row.state == PAID:
        await notify(
            ctx, "payout.paid", "{amount} was paid to {payee}", path="/money", tone="good", facts=facts,
            permission="payout.read",
        )  # fmt: skip
        return
    await notify(
        ctx, "payout.failed", "{amount} to {payee} failed and is back in their balance", text=row.reason, path="/money",
        tone="danger", facts=facts, permission="payout.read",
    )  # fmt: skip


def _paid(row: Payout, payee: Payee, provider: Connector[PaysOut]) -> Transaction:
    """What leaves the bank: the amount, which is no longer owed, and the provider's fee."""
    legs = payable_to_bank(row.payee_id, row.amount)
    if row.fee:
        legs = (legs[0], Leg("fees", row.fee, row.provider), Leg("bank", -row.amount - row.fee))
    to = provider.call_sync(lambda it: it.destination_shown(row.destination))
    way = ", ".join(filter(None, (provider.title, to)))
    memo = fitted(f"Payout to {payee.name}: {way}", 500)
    return Transaction(key=f"payout:{row.id}:paid", currency=row.currency, legs=legs, settles=_hold_of(row), memo=memo)


def _hold_of(row: Payout) -> UUID:
    if row.hold_id is None:
        raise Conflict(f"The payout {row.id} has no hold in the ledger.")
    return row.hold_id


def payable_to_bank(payee: UUID, amount: int) -> tuple[Leg, ...]:
    return (Leg("payable", amount, str(payee)), Leg("bank", -amount))
