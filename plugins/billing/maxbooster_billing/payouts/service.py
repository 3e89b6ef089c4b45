"""The rules of payouts: hold first, then send, then settle or give back, each once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, update

from maxbooster.plugin import Conflict, Context, Invalid, NotReady

from ..currency import written
from ..ledger import queries as ledger
from ..ledger.posting import KeyReused, Overdrawn, Transaction, post
from ..ledger.settled import NotSettled, refuse_unsettled, settled
from ..payees.models import Payee
from ..providers.registry import faults, payer, reach_fault
from ..settings import BillingSettings
from ..texts import fitted
from . import queries
from .jobs import send
from .limits import OverLimit, refuse_large, refuse_many
from .models import HELD, Payout
from .schemas import NewPayout, PayoutBegun, QuoteIn, QuoteOut
from .settling import payable_to_bank


async def request_payout(ctx: Context, new: NewPayout) -> PayoutBegun:
    """Hold what is to be paid and queue its sending; commits this unit.

    Raises:
        NotFound: no such payee in this account.
        Conflict: the payee has no way to be paid, or the key was used for something else.
        OtherCurrency: the payee's provider does not pay in this currency.
        Conflict: the payee's provider cannot pay to their destination.
        Overdrawn: less is owed than is to be paid.
        NotSettled: less has arrived at the bank than is to be paid.
        OverLimit: it is more than this platform or the payee's provider pays out at once, or the platform in a day.
    """
    if (before := await queries.under_key(ctx, new.key)) is not None:
        return _repeated(before, new)
    payee = await ctx.get(Payee, new.payee)
    if payee.provider is None:
        raise Conflict(f"{payee.name} has no payment method yet; add one first.", field="payee")
    fault = faults(ctx)
    _refuse_currency(payee, fault(payee.provider, lambda it: it.currency_fault(new.currency)))
    with suppress(NotReady, Invalid):  # a provider that is off or does not answer now: its payout waits for it
        _refuse_destination(payee, await reach_fault(ctx, payer(ctx, payee.provider), payee.destination))
    amount = new.amount if new.amount is not None else await _available(ctx, payee, new.currency)
    _refuse_amount(payee, fault(payee.provider, lambda it: it.amount_fault(new.currency, amount)))
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
        key=f"payout:{row.id}:hold", currency=new.currency, legs=payable_to_bank(payee.id, amount), phase="pending",
        memo=fitted(f"Payout to {payee.name}", 500),
    )  # fmt: skip
    await ctx.write(_hold, row, hold, limits, ctx.now)
    return PayoutBegun(row.id, job)


async def quote(ctx: Context, wanted: QuoteIn) -> QuoteOut:
    """
    Raises:
        NotFound: no such payee in this account.
        Conflict: the payee has no way to be paid.
        OtherCurrency: the payee's provider does not pay in this currency.
        OverLimit: it is more than the payee's provider pays at once.
        NotReady: the provider does not answer.
    """
    payee = await ctx.get(Payee, wanted.payee)
    if payee.provider is None:
        raise Conflict(f"{payee.name} has no payment method yet; add one first.", field="payee")
    provider, to = payer(ctx, payee.provider), payee.destination
    _refuse_currency(payee, provider.call_sync(lambda it: it.currency_fault(wanted.currency)) or "")
    _refuse_destination(payee, await reach_fault(ctx, provider, to))
    _refuse_amount(payee, provider.call_sync(lambda it: it.amount_fault(wanted.currency, wanted.amount)) or "")
    fee = provider.call_sync(lambda it: it.fee(wanted.currency, wanted.amount, to))
    return QuoteOut(wanted.amount, fee, wanted.amount + fee, provider.call_sync(lambda it: it.destination_shown(to)))


class OtherCurrency(Conflict):
    """The payee's provider does not pay in this currency."""

    type = "other-currency"
    title = "This payment method doesn’t pay in that currency"


def _refuse_currency(payee: Payee, fault: str) -> None:
    if fault:
        raise OtherCurrency(f"{payee.name} can't be paid: {fault}", field="currency")


def _refuse_amount(payee: Payee, fault: str) -> None:
    if fault:
        raise OverLimit(f"{payee.name} can't be paid: {fault}", field="amount")


def _refuse_destination(payee: Payee, fault: str) -> None:
    """What was right when it was entered may not be any more."""
    if fault:
        raise Conflict(f"{payee.name} can't be paid: {fault}", field="destination")


def _hold(connection: Connection, row: Payout, hold: Transaction, limits: BillingSettings, now: datetime) -> None:
    """The hold first: it keeps other payouts of this book and currency waiting, so what is then found still holds."""
    posted = post(connection, row.account_id, hold, now)
    refuse_unsettled(connection, row.account_id, hold.currency, row.amount)
    refuse_many(connection, row, limits, now)
    of = (Payout.account_id == row.account_id, Payout.id == row.id)
    connection.execute(update(Payout).where(*of).values(hold_id=posted.id))


async def _available(ctx: Context, payee: Payee, currency: str) -> int:
    rows = [row for row in await ledger.payable(ctx, str(payee.id)) if row.currency == currency]
    available = -rows[0].balance - rows[0].held if rows else 0
    if available <= 0:
        raise Overdrawn(f"Nothing in {currency} is owed to {payee.name}.", field="amount")
    account = ctx.account
    arrived = await ctx.read(lambda connection: settled(connection, account, currency))
    if arrived <= 0:
        owed = f"{written(available, currency)} {currency}"
        raise NotSettled(f"{payee.name} is owed {owed}, but none of it has arrived at the bank yet.", field="amount")
    return min(available, arrived)


def _repeated(before: Payout, new: NewPayout) -> PayoutBegun:
    if (before.payee_id, before.currency) != (new.payee, new.currency) or new.amount not in (None, before.amount):
        raise KeyReused(f"The key {new.key!r} was used for another payout.", field="key")
    return PayoutBegun(before.id)
