"""What people may do with the books by hand. Whatever touches money or what is owed takes two of them
(`approvals/`); money that arrives, as far as it was owed, is booked by one."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from maxbooster.plugin import Conflict, Context, Invalid

from ..approvals.service import needs_approval, propose
from ..currency import written
from ..parties import party_name
from ..texts import fitted
from . import queries
from .posting import Leg, Posted, Transaction, post
from .schemas import MANUAL, Earned, PostedOut, ReceiptIn, TransactionIn

RECEIVED = f"{MANUAL}received:"


async def post_by_hand(ctx: Context, new: TransactionIn) -> PostedOut:
    """Post and commit, or propose it.

    Raises:
        Invalid: it does not come to zero, or names what only the platform posts.
        KeyReused: the key was used for something else.
        Overdrawn: a payee's balance would fall below zero.
    """
    if any(leg.purpose == "clearing" for leg in new.legs):
        raise Invalid("Clearing belongs to transfers between accounts; it is not posted by hand.", field="legs")
    transaction = new.transaction()
    if needs_approval(transaction):
        return await _proposed(ctx, transaction)
    ctx.audit("ledger.posted", f"billing_ledger_transaction:{transaction.key}", after={"memo": new.memo})
    return _out(await ctx.write(post, ctx.account, transaction, ctx.now))


async def earnings(ctx: Context, months: int) -> list[Earned]:
    """Of the current month and those before it; the earliest first, and in a month the largest."""
    first = [_month_before(ctx.now, back) for back in range(months - 1, -2, -1)]
    rows = await queries.earned(ctx, first)
    found = [
        Earned(f"{first[row.month]:%Y-%m}", row.currency, row.party, party_name(row.party), int(row.amount))
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.month, -each.amount, each.currency, each.source))


def _month_before(now: datetime, back: int) -> datetime:
    """The beginning of the month so many before this one; −1 is the next."""
    year, month = divmod(now.year * 12 + now.month - 1 - back, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


async def receive(ctx: Context, arrived: ReceiptIn) -> PostedOut:
    """Money is at the bank, and no longer owed by whoever sent it. What nobody owed, and what an API key says has
    arrived, is proposed.

    Raises:
        KeyReused: the key was used for something else.
    """
    transaction = arrived.transaction()
    facts = {"source": arrived.source, "amount": arrived.amount, "currency": arrived.currency}
    owed = await _owed_by(ctx, arrived.source, arrived.currency)
    known = await queries.under_key(ctx, transaction.key)
    if known is None and (not _by_person(ctx) or arrived.amount > owed):
        return await _proposed(ctx, transaction)
    ctx.audit("ledger.received", f"billing_ledger_transaction:{transaction.key}", after=facts)
    return _out(await ctx.write(_receive, ctx.account, arrived, ctx.now))


async def reverse_by_hand(ctx: Context, id: UUID) -> PostedOut:
    """Post the opposite of what was posted by hand, or propose it.

    Raises:
        NotFound: there is no such transaction in this book.
        Conflict: it is reversed already, or was not posted by hand.
        Overdrawn: a payee has been paid meanwhile.
    """
    row = await queries.transaction(ctx, id)
    if not row.key.startswith(MANUAL):
        raise Conflict("This was not posted by hand: undo the payout, sale or statement that it belongs to.")
    if row.phase != "posted":
        raise Conflict(f"Only what is posted can be reversed; this is {row.phase}.", field="phase")
    legs = tuple(Leg(purpose, -amount, party) for purpose, amount, party in row.legs)
    memo = fitted(f"Reversal: {row.memo}", 500)
    opposite = Transaction(key=f"reverse:{id}", currency=row.currency, legs=legs, memo=memo, reverses=id)
    receipt = row.key.startswith(RECEIVED) and _by_person(ctx)
    if needs_approval(opposite) and not receipt:
        return await _proposed(ctx, opposite)
    ctx.audit("ledger.reversed", row)
    return _out(await ctx.write(post, ctx.account, opposite, ctx.now))


async def _proposed(ctx: Context, transaction: Transaction) -> PostedOut:
    row = await propose(ctx, transaction)
    if row.posted_id is not None:
        return PostedOut(row.posted_id, repeated=True)
    return PostedOut(row.id, repeated=row.proposed_at != ctx.now, pending=True)


def _out(posted: Posted) -> PostedOut:
    return PostedOut(posted.id, posted.repeated)


def _by_person(ctx: Context) -> bool:
    return ctx.identity is not None and ctx.identity.way in ("session", "token")


async def _owed_by(ctx: Context, source: str, currency: str) -> int:
    account = ctx.account
    found = await ctx.read(
        lambda connection: queries.balances_seen(connection, account, "receivable", [source], currency)
    )
    return found.get(source, (0, 0))[0]


def _receive(connection: Connection, account: UUID, arrived: ReceiptIn, now: datetime) -> Posted:
    posted = post(connection, account, arrived.transaction(), now)
    source, currency = arrived.source, arrived.currency
    left, _ = queries.balances_seen(connection, account, "receivable", [source], currency)[source]
    if left < 0 and not posted.repeated:
        owed = f"{written(arrived.amount + left, currency)} {currency}"
        raise Conflict(f"{source} owes {owed} by now. Enter no more than that, or propose the rest.", field="amount")
    return posted
