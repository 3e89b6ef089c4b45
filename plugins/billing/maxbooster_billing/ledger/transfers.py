"""Money from one account's book into another's: two transactions through clearing accounts, joined by the transfer's id
and the outbox (design: Data). The first is posted with the event that leads to the second, so none is without the other
for longer than the outbox takes; `verify` proves it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from maxbooster.plugin import Context, Invalid, Struct, on

from .events import TransferSent
from .posting import Leg, Posted, Transaction, post
from .settled import refuse_unsettled


class Transfer(Struct, frozen=True, kw_only=True):
    """`amount` minor units from this book's account (`of`), which is credited, to the receiver's (`to`), which is
    debited; each is a purpose and a party. Below zero it is the other way around."""

    id: UUID
    """The caller's: the same id sends once."""
    receiver: UUID
    currency: str
    amount: int
    of: tuple[str, str] = ("bank", "")
    to: tuple[str, str] = ("bank", "")
    memo: str = ""


async def send_transfer(ctx: Context, transfer: Transfer) -> Posted:
    """Post the first half and commit this unit.

    Raises:
        Invalid: nothing is sent, or to the same account.
        KeyReused: the transfer's id was used for something else.
        Overdrawn: the account that it is taken from may not fall below zero.
        NotSettled: more is sent from the bank than has arrived there.
    """
    if transfer.amount <= 0:
        raise Invalid("A transfer sends one minor unit at least.", field="amount")
    if transfer.receiver == ctx.account:
        raise Invalid("A transfer goes to another account; within a book, post a transaction.", field="receiver")
    ctx.emit(
        TransferSent(
            transfer.id, ctx.account, transfer.receiver, transfer.currency, transfer.amount, *transfer.to, transfer.memo
        )
    )
    return await ctx.write(_send, ctx.account, sent_half(transfer), ctx.now)


def _send(connection: Connection, account: UUID, half: Transaction, now: datetime) -> Posted:
    posted = post(connection, account, half, now)
    if not posted.repeated and any(leg.purpose == "bank" for leg in half.legs):
        refuse_unsettled(connection, account, half.currency, max(leg.amount for leg in half.legs))
    return posted


@on(TransferSent, "billing.arrive", attempts=20)
async def arrive(ctx: Context, sent: TransferSent) -> None:
    """Post the other half in the receiver's book; told twice, it is posted once."""
    transfer = Transfer(
        id=sent.transfer, receiver=sent.receiver, currency=sent.currency, amount=sent.amount,
        to=(sent.purpose, sent.party), memo=sent.memo,
    )  # fmt: skip
    await ctx.write(post, sent.receiver, received_half(transfer, sent.sender), ctx.now)


def sent_half(transfer: Transfer) -> Transaction:
    """What the sender's book says of a transfer."""
    return _half(transfer, "out", transfer.amount, transfer.receiver, transfer.of)


def received_half(transfer: Transfer, sender: UUID) -> Transaction:
    """What the receiver's book says of it."""
    return _half(transfer, "in", -transfer.amount, sender, transfer.to)


def _half(transfer: Transfer, way: str, cleared: int, other: UUID, account: tuple[str, str]) -> Transaction:
    purpose, party = account
    return Transaction(
        key=f"transfer:{transfer.id}:{way}",
        currency=transfer.currency,
        legs=(Leg("clearing", cleared, str(other)), Leg(purpose, -cleared, party)),
        memo=transfer.memo,
        transfer=transfer.id,
    )
