"""What the provider's word on a checkout means: for the platform's book here, for each seller in a job of theirs."""

from __future__ import annotations

from maxbooster.plugin import PLATFORM, Context

from ..ledger.posting import Transaction, post_many
from ..providers.interface import CheckoutState
from ..texts import fitted
from . import queries
from .models import EXPIRED, PAID, Checkout
from .sales import fee_shares, record_sale, sold


async def settle(ctx: Context, row: Checkout, told: CheckoutState) -> None:
    """Write down what the provider says, post what came of it, and queue what the sellers get: in one transaction. A
    payment that comes after all is never lost: what expired may still be paid, what is paid stays so."""
    if row.state != PAID:
        row.reference, row.url, row.failure = fitted(told.reference, 200), told.url, fitted(told.reason, 500)
    pays = row.state != PAID and told.state == PAID
    if row.state not in (PAID, EXPIRED) or pays:
        row.state, row.ended_at = told.state, ctx.now if told.state in (PAID, EXPIRED) else None
    tells_fee = row.state == PAID and row.fee is None and told.fee is not None
    if not (pays or tells_fee):
        return
    lines, posted = await queries.lines(ctx, row.id), list[Transaction]()
    if pays:
        posted += [sold(row, line).payment(line.amount).platform_half() for line in lines]
    if tells_fee:
        row.fee = told.fee
        shares = fee_shares(row, lines)
        posted += [sold(row, line).fee(shares[line.id]).platform_half() for line in lines if shares[line.id]]
    for line in lines:
        ctx.enqueue(record_sale, line.id, key=str(line.id), account=line.seller)
    await ctx.write(post_many, PLATFORM, posted, ctx.now)
