"""The rules of payouts: hold first, then send, then settle or give back, each once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, update

from maxbooster.plugin import Conflict, Context, Invalid, notify

from ..currency import written
from ..ledger import queries as ledger
from ..ledger.posting import KeyReused, Leg, Overdrawn, Transaction, post, void
from ..ledger.settled import NotSettled, refuse_unsettled, settled
from ..payees.models import Payee
from ..providers.interface import PayoutOrder, PayoutState
from ..providers.registry import payer
from ..settings import BillingSettings
from . import queries
from .events import PayoutFailed, PayoutPaid
from .jobs import send
from .limits import refuse_large, refuse_many
from .models import FAILED, FINAL, HELD, PAID, SENT, Payout
from .schemas import NewPayout, PayoutBegun, QuoteIn, QuoteOut


async def request_payout(ctx: Context, new: NewPayout) -> PayoutBegun:
    """Hold what is to be paid and queue its sending; commits this unit.

    Raises:
        NotFound: no such payee in this account.
        Conflict: the payee has no way to be paid, or the key was used for something else.
        Overdrawn: less is owed than is to be paid.
        NotSettled: less has arrived at the bank than is to be paid.
        OverLimit: it is more than this platform pays out at once, or in a day.
    """
    if (before := await queries.under_key(ctx, new.key)) is not None:
        return _repeated(before, new)
    payee = await ctx.get(Payee, new.payee)
    if payee.provider is None:
        raise Conflict(f"{payee.name} has no payout method yet; set one first.", field="payee")
    amount = new.amount if new.amount is not None else await _available(ctx, payee, new.currency)
    row = Payout(
        payee_id=payee.id, key=new.key, currency=new.currency, amount=amount, state=HELD, provider=payee.provider,
        destination=payee.destination, requested_by=ctx.user, requested_at=ctx.now,
    )  # fmt: skip
    limits = ctx.settings(BillingSettings)
    refuse_large(amount, new.currency, limits)
    ctx.add(row)
    job = ctx.enqueue(send, row.id, key=str(row.id), once=str(row.id))
    ctx.audit("payout.requested", row, after={"payee": payee.id, "amount": amount, "currency": new.currency})
    hold = Transaction(
        key=f"payout:{row.id}:hold", currency=new.currency, legs=_legs(payee.id, amount), phase="pending",
        memo=f"Payout to {payee.name}"[:500],
    )  # fmt: skip
    await ctx.write(_hold, row, hold, limits, ctx.now)
    return PayoutBegun(row.id, job)


async def quote(ctx: Context, wanted: QuoteIn) -> QuoteOut:
    """
    Raises:
        NotFound: no such payee in this account.
        Conflict: the payee has no way to be paid.
        NotReady: the provider does not answer.
    """
    payee = await ctx.get(Payee, wanted.payee)
    if payee.provider is None:
        raise Conflict(f"{payee.name} has no payout method yet; set one first.", field="payee")
    provider = await payer(ctx, payee.provider)
    fee = provider.fee(wanted.currency, wanted.amount, payee.destination)
    return QuoteOut(wanted.amount, fee, wanted.amount + fee, provider.destination_shown(payee.destination))


def order(ctx: Context, row: Payout) -> PayoutOrder:
    """What the provider is told; its key says whose payout it is, for notices."""
    return PayoutOrder(
        key=f"{ctx.account.hex}.{row.id.hex}",
        currency=row.currency,
        amount=row.amount,
        destination=row.destination,
        statement="Max Booster payout",
    )


async def settle(ctx: Context, row: Payout, result: PayoutState) -> None:
    """Write down what the provider says, and post what came of it, in one transaction."""
    if row.state in FINAL:
        return
    row.reference, row.fee = result.reference[:200], result.fee
    row.sent_at = row.sent_at or ctx.now
    if result.state == "sent":
        row.state = SENT
        return
    row.state = PAID if result.state == "paid" else FAILED
    row.reason, row.ended_at = result.reason[:500], ctx.now
    ctx.audit(f"payout.{row.state}", row, after={"reference": row.reference, "reason": row.reason})
    await _tell(ctx, row)
    if row.state == PAID:
        ctx.emit(PayoutPaid(row.id, row.payee_id, row.currency, row.amount))
        await ctx.write(post, ctx.account, _paid(row), ctx.now)
    else:
        ctx.emit(PayoutFailed(row.id, row.payee_id, row.reason))
        hold, key, memo, now = _hold_of(row), f"payout:{row.id}:void", f"Payout failed: {row.reason}"[:500], ctx.now
        await ctx.write(lambda connection: void(connection, ctx.account, hold, now, key=key, memo=memo))


async def _tell(ctx: Context, row: Payout) -> None:
    payee = await ctx.get(Payee, row.payee_id)
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


def _hold(connection: Connection, row: Payout, hold: Transaction, limits: BillingSettings, now: datetime) -> None:
    """The hold first: it keeps other payouts of this book and currency waiting, so what is then found still holds."""
    posted = post(connection, row.account_id, hold, now)
    refuse_unsettled(connection, row.account_id, hold.currency, row.amount)
    refuse_many(connection, row, limits, now)
    of = (Payout.account_id == row.account_id, Payout.id == row.id)
    connection.execute(update(Payout).where(*of).values(hold_id=posted.id))


def _hold_of(row: Payout) -> UUID:
    if row.hold_id is None:
        raise Conflict(f"The payout {row.id} has no hold in the ledger.")
    return row.hold_id


def _paid(row: Payout) -> Transaction:
    """What leaves the bank: the amount, which is no longer owed, and the provider's fee."""
    legs = _legs(row.payee_id, row.amount)
    if row.fee:
        legs = (legs[0], Leg("fees", row.fee, row.provider), Leg("bank", -row.amount - row.fee))
    memo = f"Payout paid by {row.provider} {row.reference}"[:500]
    return Transaction(key=f"payout:{row.id}:paid", currency=row.currency, legs=legs, settles=_hold_of(row), memo=memo)


def _legs(payee: UUID, amount: int) -> tuple[Leg, ...]:
    return (Leg("payable", amount, str(payee)), Leg("bank", -amount))


async def _available(ctx: Context, payee: Payee, currency: str) -> int:
    rows = [row for row in await ledger.payable(ctx, str(payee.id)) if row.currency == currency]
    available = -rows[0].balance - rows[0].held if rows else 0
    if available <= 0:
        raise Overdrawn(f"Nothing in {currency} is owed to {payee.name}.", field="amount")
    account = ctx.account
    arrived = await ctx.app.database.read(lambda connection: settled(connection, account, currency))
    if arrived <= 0:
        owed = f"{written(available, currency)} {currency}"
        raise NotSettled(f"{payee.name} is owed {owed}, but none of it has arrived at the bank yet.", field="amount")
    return min(available, arrived)


def _repeated(before: Payout, new: NewPayout) -> PayoutBegun:
    if (before.payee_id, before.currency) != (new.payee, new.currency) or new.amount not in (None, before.amount):
        raise KeyReused(f"The key {new.key!r} was used for another payout.", field="key")
    return PayoutBegun(before.id)


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
