"""Rows of the books; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, case, exists, func, select
from sqlalchemy.orm import aliased

from maxbooster.plugin import Context

from .models import LedgerAccount, LedgerEntry, LedgerTransaction


async def balances(ctx: Context) -> Sequence[LedgerAccount]:
    """Every ledger account of the book that was ever used."""
    order = (LedgerAccount.currency, LedgerAccount.purpose, LedgerAccount.party)
    return await ctx.all(select(LedgerAccount).order_by(*order))


def balances_of(
    connection: Connection, account: UUID, purpose: str, parties: Sequence[str], currency: str
) -> dict[str, tuple[int, int]]:
    """Party → balance and what is held, both seen from the purpose's own side. On PostgreSQL the rows stay locked until
    the transaction ends, so that what is then posted still fits."""
    return _by_party(connection, _balances(account, purpose, parties, currency).with_for_update())


def balances_seen(
    connection: Connection, account: UUID, purpose: str, parties: Sequence[str], currency: str
) -> dict[str, tuple[int, int]]:
    """The same to look at, or after a posting that has locked them."""
    return _by_party(connection, _balances(account, purpose, parties, currency))


def _balances(account: UUID, purpose: str, parties: Sequence[str], currency: str) -> Select[*tuple[Any, ...]]:
    of = (LedgerAccount.purpose == purpose, LedgerAccount.party.in_(parties), LedgerAccount.currency == currency)
    shown = (LedgerAccount.party, LedgerAccount.side, LedgerAccount.balance, LedgerAccount.held)
    return select(*shown).where(LedgerAccount.account_id == account, *of).order_by(LedgerAccount.id)


def _by_party(connection: Connection, query: Select[*tuple[Any, ...]]) -> dict[str, tuple[int, int]]:
    return {row.party: (row.side * row.balance, row.held) for row in connection.execute(query)}


async def payable(ctx: Context, party: str) -> Sequence[LedgerAccount]:
    """What is owed to a payee, one account for each currency."""
    of = (LedgerAccount.purpose == "payable", LedgerAccount.party == party)
    return await ctx.all(select(LedgerAccount).where(*of).order_by(LedgerAccount.currency))


async def entries(
    ctx: Context,
    *,
    purpose: str | None,
    party: str | None,
    currency: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Any]:
    """Entries with what is said of their transactions, the newest transaction first."""
    query = _joined().order_by(LedgerEntry.transaction_id.desc(), LedgerEntry.leg).limit(limit)
    for column, wanted in (
        (LedgerAccount.purpose, purpose),
        (LedgerAccount.party, party),
        (LedgerAccount.currency, currency),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(LedgerEntry.transaction_id < before)
    return await ctx.rows(query)


async def earned(ctx: Context, months: Sequence[datetime]) -> Sequence[Any]:
    """What sources came to owe, by `(month, currency, party)`, whatever they have paid of it since; what was undone is
    taken off. `months` are the beginnings of months in order, the last of them the end; `month` counts from 0."""
    owes = (LedgerAccount.account_id == LedgerEntry.account_id) & (LedgerAccount.id == LedgerEntry.ledger_account_id)
    part = (LedgerTransaction.account_id == LedgerEntry.account_id) & (
        LedgerTransaction.id == LedgerEntry.transaction_id
    )
    ends = ((LedgerTransaction.effective_at < end, place) for place, end in enumerate(months[1:]))
    month = case(*ends).label("month")
    entry, account = aliased(LedgerEntry), aliased(LedgerAccount)
    moves_money = (
        select(entry.leg)
        .join(account, (account.account_id == entry.account_id) & (account.id == entry.ledger_account_id))
        .where(
            entry.account_id == LedgerEntry.account_id,
            entry.transaction_id == LedgerEntry.transaction_id,
            account.purpose == "bank",
        )
    )
    query = (
        select(month, LedgerAccount.currency, LedgerAccount.party, func.sum(LedgerEntry.amount).label("amount"))
        .select_from(LedgerEntry)
        .join(LedgerAccount, owes)
        .join(LedgerTransaction, part)
        .where(
            LedgerAccount.purpose == "receivable",
            LedgerTransaction.phase == "posted",
            LedgerTransaction.effective_at >= months[0],
            LedgerTransaction.effective_at < months[-1],
            ~exists(moves_money),
        )
        .group_by(month, LedgerAccount.currency, LedgerAccount.party)
    )
    return await ctx.rows(query)


async def settled_by(ctx: Context, pending: Sequence[UUID]) -> dict[UUID, str]:
    """Of pending transactions those that are settled → the phase of what settled them."""
    query = select(LedgerTransaction.settles, LedgerTransaction.phase).where(LedgerTransaction.settles.in_(pending))
    return {row.settles: row.phase for row in await ctx.rows(query)}


async def under_key(ctx: Context, key: str) -> LedgerTransaction | None:
    return await ctx.first(select(LedgerTransaction).where(LedgerTransaction.key == key))


async def transaction(ctx: Context, id: UUID) -> LedgerTransaction:
    """
    Raises:
        NotFound: there is none in this book.
    """
    return await ctx.get(LedgerTransaction, id)


def page(connection: Connection, account: UUID, after: UUID | None, limit: int) -> Sequence[Any]:
    """For exports: entries of a book in the order of their transactions, those after one of them."""
    query = _joined().where(LedgerEntry.account_id == account, LedgerAccount.account_id == account)
    query = query.where(LedgerTransaction.account_id == account)
    if after is not None:
        query = query.where(LedgerEntry.transaction_id > after)
    rows = connection.execute(query.order_by(LedgerEntry.transaction_id, LedgerEntry.leg).limit(limit))
    return rows.all()


def _joined() -> Select[*tuple[Any, ...]]:
    return (
        select(
            LedgerEntry.transaction_id,
            LedgerEntry.leg,
            LedgerEntry.amount,
            LedgerAccount.purpose,
            LedgerAccount.party,
            LedgerAccount.currency,
            LedgerTransaction.phase,
            LedgerTransaction.memo,
            LedgerTransaction.key,
            LedgerTransaction.settles,
            LedgerTransaction.reverses,
            LedgerTransaction.leg_count,
            LedgerTransaction.effective_at,
            LedgerTransaction.recorded_at,
        )
        .join(
            LedgerAccount,
            (LedgerAccount.account_id == LedgerEntry.account_id) & (LedgerAccount.id == LedgerEntry.ledger_account_id),
        )
        .join(
            LedgerTransaction,
            (LedgerTransaction.account_id == LedgerEntry.account_id)
            & (LedgerTransaction.id == LedgerEntry.transaction_id),
        )
    )
