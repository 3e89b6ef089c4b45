"""What becomes of a paid line in its seller's account: the sale, its part of the fee, and the seller's half of each
posting. Jobs of the seller's account; the platform queues them with its own half."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Context, job

from ..ledger.posting import Transaction, post_many
from . import queries
from .allocation import allocate
from .events import PaymentSettled
from .models import Checkout, CheckoutLine, Sale
from .postings import Sold


@job("billing.record_sale", attempts=20)
async def record_sale(ctx: Context, line_id: UUID) -> None:
    """Bring the seller's account to what is known of the checkout: that it was paid, and later for which fee."""
    line = await queries.line(ctx, line_id)
    checkout = await queries.checkout(ctx, line.checkout_id)
    sale, halves = await queries.sale(ctx, line_id), list[Transaction | None]()
    if sale is None:
        sale = _new_sale(checkout, line)
        ctx.add(sale)
        ctx.emit(PaymentSettled(sale.id, sale.reference, sale.currency, sale.amount))
        halves.append(sold(checkout, line).payment(line.amount).seller_half())
    if sale.fee is None and checkout.fee is not None:
        sale.fee = fee_shares(checkout, await queries.lines(ctx, checkout.id))[sale.id]
        halves.append(sold(checkout, line).fee(sale.fee).seller_half() if sale.fee else None)
    await ctx.write(post_many, ctx.account, [half for half in halves if half is not None], ctx.now)


def _new_sale(checkout: Checkout, line: CheckoutLine) -> Sale:
    return Sale(
        id=line.id, checkout_id=checkout.id, reference=line.reference, description=line.description,
        quantity=line.quantity, provider=checkout.provider, currency=checkout.currency, amount=line.amount,
        paid_at=checkout.ended_at,
    )  # fmt: skip


def sold(checkout: Checkout, line: CheckoutLine) -> Sold:
    return Sold(
        line=line.id, seller=line.seller, currency=checkout.currency, provider=checkout.provider,
        description=line.description,
    )  # fmt: skip


def fee_shares(checkout: Checkout, lines: Sequence[CheckoutLine]) -> dict[UUID, int]:
    """Line → its part of what the provider kept, in proportion to what was paid for it."""
    parts = allocate(checkout.fee or 0, [line.amount for line in lines])
    return {line.id: part for line, part in zip(lines, parts, strict=True)}
