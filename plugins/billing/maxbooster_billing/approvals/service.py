"""The rules of proposals: one person proposes, another approves, and only then it is posted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select, update

from maxbooster.plugin import Conflict, Context, NotAllowed, PageOfRows, notify

from ..ledger.posting import KeyReused, Posted, Transaction, post
from .models import APPROVED, REJECTED, WAITING, Proposal
from .schemas import transaction_of

GUARDED = frozenset({"bank", "receivable", "payable", "overpaid"})
"""Purposes that are money, what others owe (one person may book it as arrived) or what payees are owed: what people
post there by hand takes two of them."""


def needs_approval(transaction: Transaction) -> bool:
    return any(leg.purpose in GUARDED for leg in transaction.legs)


async def proposals(ctx: Context, cursor: str | None, limit: int, *, state: str | None) -> PageOfRows[Proposal]:
    """The newest first."""
    query = select(Proposal) if state is None else select(Proposal).where(Proposal.state == state)
    return await ctx.page(query, Proposal.id.desc(), cursor=cursor, limit=limit)


async def propose(ctx: Context, transaction: Transaction) -> Proposal:
    """
    Raises:
        KeyReused: the key was used for something else.
    """
    said = msgspec.json.decode(msgspec.json.encode(transaction))
    if (before := await ctx.first(select(Proposal).where(Proposal.key == transaction.key))) is not None:
        if before.transaction != said:
            raise KeyReused(f"The key {transaction.key!r} was used for another posting.", field="key")
        return before
    row = Proposal(key=transaction.key, transaction=said, state=WAITING, proposed_by=ctx.user, proposed_at=ctx.now)
    ctx.add(row)
    ctx.audit("ledger.proposed", row, after={"key": row.key, "memo": transaction.memo})
    await notify(
        ctx, "ledger.proposed", "A ledger posting waits for approval", text=transaction.memo, path="/money",
        permission="ledger.approve",
    )  # fmt: skip
    return row


async def approve(ctx: Context, id: UUID) -> Posted:
    """Post what was proposed, and commit.

    Raises:
        NotFound: no such proposal in this account.
        NotAllowed: the caller proposed it.
        Conflict: it is decided already.
        Overdrawn: a payee's balance would fall below zero by now.
    """
    row = await _undecided(ctx, id, APPROVED)
    return await ctx.write(_post_approved, ctx.account, row.id, transaction_of(row), ctx.now)


async def reject(ctx: Context, id: UUID) -> None:
    """Leave the books as they are; whoever proposed it may withdraw it too.

    Raises:
        NotFound: no such proposal in this account.
        Conflict: it is decided already.
    """
    await _undecided(ctx, id, REJECTED)


async def _undecided(ctx: Context, id: UUID, state: str) -> Proposal:
    row = await ctx.get(Proposal, id)
    if row.state != WAITING:
        raise Conflict(f"This posting was {row.state} already.", field="state")
    if state == APPROVED and (ctx.user is None or row.proposed_by == ctx.user):
        raise NotAllowed("You proposed this posting, so somebody else has to approve it.", permission="ledger.approve")
    row.state, row.decided_by, row.decided_at = state, ctx.user, ctx.now
    ctx.audit(f"ledger.{state}", row, after={"key": row.key})
    return row


def _post_approved(connection: Connection, account: UUID, proposal: UUID, wanted: Transaction, now: Any) -> Posted:
    posted = post(connection, account, wanted, now)
    mine = (Proposal.account_id == account, Proposal.id == proposal)
    connection.execute(update(Proposal).where(*mine).values(posted_id=posted.id))
    return posted
