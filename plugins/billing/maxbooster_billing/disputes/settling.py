"""What the provider's word on a dispute means: for the platform's book here, for each seller in a job of theirs.

| | platform's book | seller's book |
|---|---|---|
| withheld | clearing +, provider − | disputed +, clearing − |
| fee | clearing +, provider − | fees +, clearing − |
| won | provider +, clearing − | clearing +, disputed − |
| lost | | income +, disputed − |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from maxbooster.plugin import PLATFORM, Context, job, new_id, notify

from ..checkouts import queries as checkouts
from ..checkouts.allocation import allocate
from ..checkouts.models import Checkout, CheckoutLine, Sale
from ..checkouts.postings import SALES, Movement
from ..checkouts.sales import sold
from ..currency import written
from ..ledger.posting import Leg, Transaction, post_many
from ..providers.interface import DisputeState
from ..texts import fitted
from . import queries
from .events import DisputeClosed, PaymentDisputed
from .models import CLOSED, LOST, WON, Dispute, SaleDispute


async def settle(ctx: Context, provider: str, told: DisputeState) -> None:
    """Write down what the provider says, post what came of it, and queue what the sellers get: in one transaction.

    Raises:
        NotFound: it is of no checkout of ours.
    """
    checkout = await checkouts.by_order_key(ctx, told.order)
    row = await queries.known(ctx, provider, told.reference)
    if row is None:
        row = Dispute(
            id=new_id(), provider=provider, reference=told.reference, checkout_id=checkout.id, currency=told.currency,
            amount=told.amount, fee=told.fee, withheld=told.withheld, reason=fitted(told.reason, 100),
            state=told.state, respond_by=told.respond_by, opened_at=ctx.now,
        )  # fmt: skip
        ctx.add(row)
    elif row.state not in CLOSED:
        row.state, row.respond_by = told.state, told.respond_by
        if not row.withheld:  # what was posted stays as it was
            row.withheld, row.fee = told.withheld, told.fee
    if row.state in CLOSED and row.closed_at is None:
        row.closed_at = ctx.now
    lines = await checkouts.lines(ctx, checkout.id)
    posted = [move.platform_half() for line in lines for move in movements(row, checkout, line, lines)]
    for line in lines:
        ctx.enqueue(record_dispute, row.id, line.id, key=str(line.id), account=line.seller)
    await ctx.write(post_many, PLATFORM, posted, ctx.now)


def movements(row: Dispute, checkout: Checkout, line: CheckoutLine, lines: Sequence[CheckoutLine]) -> list[Movement]:
    """What a dispute has moved of a line so far; the same again moves nothing."""
    amount, fee = shares(row, lines)[line.id]
    of, about = sold(checkout, line), uuid5(row.id, str(line.id))

    def moves() -> Iterator[Movement]:
        if row.withheld and amount:
            yield of.movement(uuid5(about, "withheld"), -amount, ("disputed", SALES), "Disputed")
        if row.withheld and fee:
            yield of.movement(uuid5(about, "fee"), -fee, ("fees", row.provider), "Fee of a dispute")
        if row.withheld and row.state == WON and amount:
            yield of.movement(uuid5(about, "won"), amount, ("disputed", SALES), "Dispute won")

    return list(moves())


def shares(row: Dispute, lines: Sequence[CheckoutLine]) -> dict[UUID, tuple[int, int]]:
    """Line → its part of the amount and of the fee, in proportion to what was paid for it."""
    weights = [line.amount for line in lines]
    parts = zip(lines, allocate(row.amount, weights), allocate(row.fee, weights), strict=True)
    return {line.id: (amount, fee) for line, amount, fee in parts}


@job("billing.record_dispute", attempts=20)
async def record_dispute(ctx: Context, dispute_id: UUID, line_id: UUID) -> None:
    """Bring the seller's account to what is known of the dispute."""
    row, line = await queries.dispute(ctx, dispute_id), await checkouts.line(ctx, line_id)
    assert row is not None
    checkout, sale = await checkouts.checkout(ctx, row.checkout_id), await ctx.get(Sale, line_id)
    lines = await checkouts.lines(ctx, checkout.id)
    amount, fee = shares(row, lines)[line.id]
    mine = await queries.of_sale(ctx, row.id, sale.id)
    if mine is None:
        mine = SaleDispute(
            sale_id=sale.id, dispute_id=row.id, amount=amount, fee=fee, withheld=row.withheld, reason=row.reason,
            state=row.state, respond_by=row.respond_by, opened_at=row.opened_at,
        )  # fmt: skip
        ctx.add(mine)
        ctx.emit(PaymentDisputed(sale.id, sale.reference, sale.currency, amount, row.reason))
        await _tell(ctx, sale, mine)
    mine.state, mine.respond_by, mine.withheld, mine.fee = row.state, row.respond_by, row.withheld, fee
    if row.state in CLOSED and mine.closed_at is None:
        mine.closed_at = row.closed_at
        ctx.audit(f"dispute.{row.state}", mine, after={"sale": sale.id, "amount": amount})
        ctx.emit(DisputeClosed(sale.id, sale.reference, sale.currency, amount, row.state == WON))
    halves = [move.seller_half() for move in movements(row, checkout, line, lines)]
    posted = [half for half in halves if half is not None]
    if row.state == LOST and row.withheld and amount:
        posted.append(_given_up(mine, sale, amount))
    await ctx.write(post_many, ctx.account, posted, ctx.now)


def _given_up(mine: SaleDispute, sale: Sale, amount: int) -> Transaction:
    legs = (Leg("income", amount, SALES), Leg("disputed", -amount, SALES))
    memo = fitted(f"Dispute lost: {sale.description}", 500)
    return Transaction(key=f"dispute:{mine.dispute_id}:{sale.id}", currency=sale.currency, legs=legs, memo=memo)


async def _tell(ctx: Context, sale: Sale, mine: SaleDispute) -> None:
    facts = {"amount": f"{written(mine.amount, sale.currency)} {sale.currency}", "what": sale.description}
    await notify(
        ctx, "payment.disputed", "{amount} for {what} is disputed by the buyer's bank", text=f"Reason: {mine.reason}.",
        path="/money", tone="danger", facts=facts, permission="sale.read",
    )  # fmt: skip
