"""Giving back a sale or a part of it: the buyer is refunded first, and only what was refunded is posted."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, select

from maxbooster.plugin import PLATFORM, Conflict, Context, Invalid, job, notify

from ..currency import written
from ..ledger.posting import KeyReused, post
from ..providers.interface import RefundOrder, RefundState
from ..providers.registry import payment_taker
from ..texts import fitted
from . import queries
from .events import PaymentRefunded
from .models import DONE, FAILED, SENDING, SENT, Refund, Sale
from .order_keys import of_refund, refund_in
from .postings import Movement, Sold
from .schemas import NewRefund, RefundStarted

ANSWERS_WITHIN_S = 60.0
LEFT_ALONE = timedelta(minutes=5)
AT_ONCE = 5_000


async def refund(ctx: Context, sale_id: UUID, new: NewRefund) -> RefundStarted:
    """Queue a refund with this unit, which keeps others of the same sale waiting until it ends.

    Raises:
        NotFound: no such sale in this account.
        Conflict: less of it is left to refund, or the key was used for something else.
    """
    if (before := await queries.refund_under_key(ctx, new.key)) is not None:
        return _repeated(before, sale_id, new)
    sale = await ctx.lock(Sale, sale_id)
    left = sale.amount - await queries.refunding(ctx, sale_id)
    amount = left if new.amount is None else new.amount
    if not 0 < amount <= left:
        asked, rest = (f"{written(each, sale.currency)} {sale.currency}" for each in (amount, left))
        raise Conflict(
            f"{rest} of {sale.description!r} can be refunded, not {asked}." if left else
            f"All of {sale.description!r} is refunded already.",
            field="amount",
        )  # fmt: skip
    provider = await payment_taker(ctx, sale.provider)
    if fault := provider.call_sync(lambda it: it.refund_fault(sale.currency, amount)):
        raise Conflict(fault, field="amount")
    row = Refund(
        sale_id=sale_id, key=new.key, amount=amount, reason=new.reason, state=SENDING, requested_by=ctx.user,
        requested_at=ctx.now,
    )  # fmt: skip
    ctx.add(row)
    ctx.audit("refund.requested", row, after={"sale": sale_id, "amount": amount, "currency": sale.currency})
    return RefundStarted(row.id, ctx.enqueue(send_refund, row.id, key=str(row.id), once=str(row.id)))


def _repeated(before: Refund, sale: UUID, new: NewRefund) -> RefundStarted:
    if before.sale_id != sale or new.amount not in (None, before.amount):
        raise KeyReused(f"The key {new.key!r} was used for another refund.", field="key")
    return RefundStarted(before.id)


@job("billing.send_refund", attempts=12, backoff_s=2.0)
async def send_refund(ctx: Context, refund_id: UUID) -> None:
    """Give the provider the order, or ask what became of it: what was paid back may fail afterwards, too."""
    row = await ctx.get(Refund, refund_id)
    if row.state == FAILED:
        return
    sale = await ctx.get(Sale, row.sale_id)
    checkout = await queries.checkout(ctx, sale.checkout_id)
    given = RefundOrder(
        key=of_refund(row.account_id, row.id), reference=checkout.reference, currency=sale.currency, amount=row.amount,
        reason=row.reason,
        refund=row.reference,
    )  # fmt: skip
    provider = await payment_taker(ctx, sale.provider)
    told = await provider.call(lambda it: it.refund(ctx, given), timeout_s=ANSWERS_WITHIN_S)
    await _settle(ctx, row, sale, told)


async def hear_of_refund(ctx: Context, order_key: str) -> None:
    """Ask the provider at once about the refund that a webhook is about, from the platform's own account. What the
    webhook says is not believed.

    Raises:
        Invalid: it is not the key of one of our orders.
    """
    if (parts := refund_in(order_key)) is None:
        raise Invalid(f"The order {order_key[:100]!r} is not one of this platform's.", field="order")
    account, id = parts
    known = select(Refund.id).where(Refund.account_id == account, Refund.id == id)
    if await ctx.read(lambda connection: connection.execute(known).first()):
        ctx.enqueue(send_refund, id, key=f"{id}:now", account=account)


@job("billing.update_refunds", cron="*/10 * * * *")
async def update_refunds(ctx: Context) -> None:
    """Ask again about each refund whose end nobody has told, whatever became of its job."""
    query = select(Refund.account_id, Refund.id).where(Refund.state.in_((SENDING, SENT)))
    query = query.where(Refund.requested_at < ctx.now - LEFT_ALONE).order_by(Refund.requested_at).limit(AT_ONCE)
    for account, id in await ctx.read(lambda connection: connection.execute(query).all()):
        ctx.enqueue(send_refund, id, key=f"{id}:now", once=f"{id}:{ctx.now:%Y-%m-%dT%H:%M}", account=account)


async def _settle(ctx: Context, row: Refund, sale: Sale, told: RefundState) -> None:
    row.reference = fitted(told.reference, 200) or row.reference
    if told.state == "sent":
        row.state = SENT if row.state == SENDING else row.state
        return
    if told.state == row.state:
        return
    was_done = row.state == DONE
    row.state, row.ended_at, row.failure = told.state, ctx.now, fitted(told.reason, 500)
    ctx.audit(f"refund.{row.state}", row, after={"sale": sale.id, "reference": row.reference, "reason": row.failure})
    if row.state == DONE:
        sale.refunded += row.amount
        whole = sale.refunded == sale.amount
        ctx.emit(PaymentRefunded(sale.id, sale.reference, sale.currency, row.amount, sale.refunded, whole))
        await _post(ctx, _sold(ctx, sale).refund(row.id, row.amount))
        return
    await _tell(ctx, row, sale)
    if was_done:
        sale.refunded -= row.amount
        await _post(ctx, _sold(ctx, sale).returned(row.id, row.amount))


def _sold(ctx: Context, sale: Sale) -> Sold:
    return Sold(
        line=sale.id, seller=ctx.account, currency=sale.currency, provider=sale.provider, description=sale.description
    )


async def _tell(ctx: Context, row: Refund, sale: Sale) -> None:
    facts = {"amount": f"{written(row.amount, sale.currency)} {sale.currency}", "what": sale.description}
    await notify(
        ctx, "refund.failed", "{amount} for {what} couldn't be refunded", text=row.failure, path="/money",
        tone="danger", facts=facts, permission="sale.read",
    )  # fmt: skip


async def _post(ctx: Context, moved: Movement) -> None:
    """Both books in one transaction: the money has moved at the provider already."""
    account, now = ctx.account, ctx.now

    def posted(connection: Connection) -> None:
        post(connection, PLATFORM, moved.platform_half(), now)
        if (sellers := moved.seller_half()) is not None:
            post(connection, account, sellers, now)

    await ctx.write(posted)
