"""Posting: synchronous functions of a Core `Connection`, for `ctx.write` (design: Data).

    posted = await ctx.write(post, ctx.account, transaction, ctx.now)

What is wrong is refused here, in words, before the database would refuse it: so a savepoint fails and not a COMMIT that
others share. Legs go in first, the transaction's row closes them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, cast
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import IntegrityError

from maxbooster.plugin import Conflict, Invalid, NotFound, Struct, UsageError, new_id

from ..currency import LARGEST, checked, written
from . import postgresql, sqlite
from .models import LedgerAccount, LedgerEntry, LedgerTransaction
from .purposes import PURPOSES, purpose
from .rows import NewAccount, NewTransaction

LEGS_AT_MOST = 5_000
Phase = Literal["posted", "pending", "void"]


class Leg(Struct, frozen=True):
    """An amount in minor units, debit-positive, in the ledger account of a purpose and a party."""

    purpose: str
    amount: int
    party: str = ""


class Transaction(Struct, frozen=True, kw_only=True):
    """What is to be posted in one book. `key` is the caller's own name for it: the same again is answered with what was
    posted, other words under the same key are refused."""

    key: str
    currency: str
    legs: tuple[Leg, ...]
    memo: str = ""
    at: datetime | None = None
    """When it took effect; None: when it is recorded."""
    phase: Phase = "posted"
    settles: UUID | None = None
    """The pending transaction whose hold ends with this one."""
    reverses: UUID | None = None
    transfer: UUID | None = None

    def digest(self) -> bytes:
        return sha256(msgspec.json.encode(self, order="deterministic")).digest()


class Posted(Struct, frozen=True):
    id: UUID
    repeated: bool = False
    """Whether it was there already, under this key."""


class Overdrawn(Conflict):
    """A ledger account that may not fall below zero would."""

    type = "overdrawn"
    title = "There is not enough"


class KeyReused(Conflict):
    """The key was used before, for something else."""

    type = "key-reused"
    title = "This key was used for something else"


def post(connection: Connection, account: UUID, transaction: Transaction, now: datetime) -> Posted:
    """Post one transaction into an account's book.

    Raises:
        Invalid: it does not come to zero, has fewer than two legs, or names what does not exist.
        KeyReused: its key was used for something else.
        Overdrawn: a payee's balance, less what is held, would fall below zero.
    """
    return post_many(connection, account, [transaction], now)[0]


def post_many(
    connection: Connection, account: UUID, transactions: Sequence[Transaction], now: datetime
) -> list[Posted]:
    """Post transactions into one book, all of them or none; answers in their order. Raises as `post`."""
    for transaction in transactions:
        _refuse_malformed(transaction)
    fresh: dict[str, NewTransaction] = {}
    accounts: dict[UUID, NewAccount] = {}
    for transaction in transactions:
        row = _row(account, transaction, accounts)
        if row.key in fresh and fresh[row.key].digest != row.digest:
            raise _reused(row.key)
        fresh.setdefault(row.key, row)
    with _in_words(transactions):
        there = _writing(connection).insert(connection, account, accounts, list(fresh.values()), now)
    for key, known in there.items():
        if known.digest != fresh[key].digest:
            raise _reused(key)
    return [Posted(there[each.key].id, repeated=True) if each.key in there else Posted(fresh[each.key].id)
            for each in transactions]  # fmt: skip


def reverse(
    connection: Connection, account: UUID, of: UUID, now: datetime, *, key: str | None = None, memo: str = ""
) -> Posted:
    """Post the opposite of a posted transaction; a transaction is reversed once.

    Raises:
        NotFound: there is no such transaction in this book.
        Conflict: it is not posted, or was reversed under another key.
        Overdrawn: a payee has been paid meanwhile.
    """
    row = connection.execute(select(_transactions).where(_mine(_transactions, account, of))).first()
    if row is None:
        raise NotFound(f"There is no transaction {of}.")
    if row.phase != "posted":
        raise Conflict(f"Only what is posted can be reversed; this is {row.phase}. Void it instead.", field="phase")
    legs = tuple(Leg(each.purpose, -each.amount, each.party) for each in legs_of(connection, account, of))
    memo = memo or f"Reversal: {row.memo}"[:500]
    opposite = Transaction(key=key or f"reverse:{of}", currency=row.currency, memo=memo, reverses=of, legs=legs)
    return post(connection, account, opposite, now)


def void(connection: Connection, account: UUID, pending: UUID, now: datetime, *, key: str, memo: str = "") -> Posted:
    """End a hold without posting anything.

    Raises:
        NotFound: there is no such transaction in this book.
        Conflict: it is settled already.
    """
    row = connection.execute(select(_transactions.c.currency).where(_mine(_transactions, account, pending))).first()
    if row is None:
        raise NotFound(f"There is no transaction {pending}.")
    ended = Transaction(key=key, currency=row.currency, legs=(), memo=memo, phase="void", settles=pending)
    return post(connection, account, ended, now)


def legs_of(connection: Connection, account: UUID, transaction: UUID) -> Sequence[Any]:
    """Rows of purpose, party and amount."""
    joined = _entries.join(
        _accounts,
        (_accounts.c.account_id == _entries.c.account_id) & (_accounts.c.id == _entries.c.ledger_account_id),
    )
    query = select(_accounts.c.purpose, _accounts.c.party, _entries.c.amount).select_from(joined)
    mine = (_entries.c.account_id == account, _accounts.c.account_id == account)
    return connection.execute(query.where(*mine, _entries.c.transaction_id == transaction)).all()


@lru_cache(maxsize=65_536)
def ledger_account_id(account: UUID, purpose: str, party: str, currency: str) -> UUID:
    """The id of a ledger account follows from what it is for, so that posting needs no look-up: a UUIDv5
    (RFC 9562 §5.5) of purpose, party and currency in the account's name space."""
    return uuid5(account, f"{purpose}\0{party}\0{currency}")


_accounts = cast(Table, LedgerAccount.__table__)
_transactions = cast(Table, LedgerTransaction.__table__)
_entries = cast(Table, LedgerEntry.__table__)


def _mine(table: Table, account: UUID, id: UUID) -> Any:
    return (table.c.account_id == account) & (table.c.id == id)


def _refuse_malformed(transaction: Transaction) -> None:
    legs, currency = transaction.legs, checked(transaction.currency)
    if not 0 < len(transaction.key) <= 200:
        raise Invalid("A transaction's key has 1 to 200 characters.", field="key")
    if len(transaction.memo) > 500:
        raise Invalid("A memo has at most 500 characters.", field="memo")
    if transaction.phase == "void":
        if legs or transaction.settles is None:
            raise Invalid("A void has no legs and names what it settles.", field="settles")
        return
    if not 2 <= len(legs) <= LEGS_AT_MOST:
        raise Invalid(f"A transaction has 2 to {LEGS_AT_MOST} legs, not {len(legs)}.", field="legs")
    for leg in legs:
        purpose(leg.purpose)
        if not 0 < abs(leg.amount) <= LARGEST:
            raise Invalid(f"A leg of {leg.amount} minor units: 1 to {LARGEST}, or -1 to -{LARGEST}.", field="amount")
        if len(leg.party) > 80:
            raise Invalid("A party has at most 80 characters.", field="party")
    if len({(leg.purpose, leg.party) for leg in legs}) < len(legs):
        raise Invalid("Two legs lie in the same ledger account: add them up.", field="legs")
    if rest := sum(leg.amount for leg in legs):
        raise Invalid(f"The legs come to {written(rest, currency)} {currency}, not to zero.", field="legs")


def _row(account: UUID, transaction: Transaction, accounts: dict[UUID, NewAccount]) -> NewTransaction:
    """The transaction as it is stored; the ledger accounts that it touches are added to `accounts`."""
    legs = []
    for leg in transaction.legs:
        id = ledger_account_id(account, leg.purpose, leg.party, transaction.currency)
        if id not in accounts:
            of = PURPOSES[leg.purpose]
            accounts[id] = NewAccount(id, of.name, leg.party, transaction.currency, of.side, of.floored)
        legs.append((id, leg.amount))
    return NewTransaction(
        new_id(), transaction.key, transaction.digest(), transaction.currency, transaction.phase, transaction.memo,
        transaction.settles, transaction.reverses, transaction.transfer, transaction.at, legs,
    )  # fmt: skip


def _writing(connection: Connection) -> Any:
    """The form of this database.

    Raises:
        UsageError: no transaction has begun, so what is posted could be posted by half.
    """
    if not connection.in_transaction():
        raise UsageError("post inside a transaction: await ctx.write(post, …)")
    return sqlite if connection.dialect.name == "sqlite" else postgresql


@contextmanager
def _in_words(transactions: Sequence[Transaction]) -> Iterator[None]:
    """What the database refuses and a caller can act on."""
    try:
        yield
    except (IntegrityError, sqlite3.IntegrityError) as error:
        refusal = str(getattr(error, "orig", error))
        if "_floor" in refusal:
            raise Overdrawn(_short_of(transactions), field="amount") from error
        if "settle" in refusal:
            raise Conflict("This hold is not pending, or is settled already.", field="settles") from error
        if "reverse" in refusal:
            raise Conflict("This transaction is reversed already.", field="reverses") from error
        if "transfer" in refusal:
            raise Conflict("This transfer was posted under another key.", field="transfer") from error
        if "_size" in refusal:
            raise Invalid("The balance would be larger than a book can hold.", field="amount") from error
        if "key" in refusal:
            raise Conflict("The same key is being posted at this moment; repeat.", field="key") from error
        raise


def _reused(key: str) -> KeyReused:
    return KeyReused(f"The key {key!r} was used for another transaction.", field="key")


def _short_of(transactions: Sequence[Transaction]) -> str:
    taken = [
        f"{written(abs(leg.amount), each.currency)} {each.currency} of {f'{leg.purpose} {leg.party}'.strip()}"
        for each in transactions
        for leg in each.legs
        if PURPOSES[leg.purpose].floored and leg.amount * PURPOSES[leg.purpose].side < 0
    ]
    return f"There is less than is to be taken: {', '.join(taken[:3])}."
