"""What people may do with the books by hand."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid

from . import queries
from .posting import Posted, post, reverse
from .schemas import MANUAL, ReceiptIn, TransactionIn


async def post_by_hand(ctx: Context, new: TransactionIn) -> Posted:
    """Post and commit.

    Raises:
        Invalid: it does not come to zero, or names what only the platform posts.
        KeyReused: the key was used for something else.
        Overdrawn: a payee's balance would fall below zero.
    """
    if any(leg.purpose == "clearing" for leg in new.legs):
        raise Invalid("Clearing belongs to transfers between accounts; it is not posted by hand.", field="legs")
    transaction = new.transaction()
    ctx.audit("ledger.posted", f"billing_ledger_transaction:{transaction.key}", after={"memo": new.memo})
    return await ctx.write(post, ctx.account, transaction, ctx.now)


async def receive(ctx: Context, arrived: ReceiptIn) -> Posted:
    """Money is at the bank, and no longer owed by whoever sent it. More than was owed counts as paid in advance.

    Raises:
        KeyReused: the key was used for something else.
    """
    transaction = arrived.transaction()
    facts = {"source": arrived.source, "amount": arrived.amount, "currency": arrived.currency}
    ctx.audit("ledger.received", f"billing_ledger_transaction:{transaction.key}", after=facts)
    return await ctx.write(post, ctx.account, transaction, ctx.now)


async def reverse_by_hand(ctx: Context, id: UUID) -> Posted:
    """Post the opposite of what was posted by hand.

    Raises:
        NotFound: there is no such transaction in this book.
        Conflict: it is reversed already, or was not posted by hand.
        Overdrawn: a payee has been paid meanwhile.
    """
    row = await queries.transaction(ctx, id)
    if not row.key.startswith(MANUAL):
        raise Conflict("This was not posted by hand: undo the payout, sale or statement that it belongs to.")
    ctx.audit("ledger.reversed", row)
    return await ctx.write(reverse, ctx.account, id, ctx.now)
