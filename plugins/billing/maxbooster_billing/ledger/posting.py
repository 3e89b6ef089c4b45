"""Posting: synchronous functions of a Core `Connection`, for `ctx.write` (design: Data).

    posted = await ctx.write(post, ctx.account, transaction, ctx.now)

What is wrong is refused here, in words, before the database would refuse it: so a savepoint fails and not a COMMIT that
others share. Legs go in first, the transaction's row closes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, cast
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, Table, bindparam, insert, literal, null, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from maxbooster.plugin import Conflict, Invalid, NotFound, Struct, new_id

from ..currency import LARGEST, checked, written
from .models import LedgerAccount, LedgerEntry, LedgerTransaction
from .purposes import PURPOSES, purpose

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
    wanted = {ledger_id(account, leg, each.currency): (leg, each.currency) for each in transactions for leg in each.legs}
    there, opened = _look_up(connection, account, [each.key for each in transactions], list(wanted))
    posted, fresh = _told_apart(transactions, there)
    if missing := [id for id in wanted if id not in opened]:
        _open(connection, account, {id: wanted[id] for id in missing}, now)
    if fresh:
        _insert(connection, account, fresh, now)
    return posted


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
    transaction = Transaction(
        key=key or f"reverse:{of}", currency=row.currency, memo=memo or f"Reversal: {row.memo}"[:500], reverses=of,
        legs=tuple(Leg(each.purpose, -each.amount, each.party) for each in legs_of(connection, account, of)),
    )  # fmt: skip
    try:
        return post(connection, account, transaction, now)
    except IntegrityError as error:
        if "reverses" not in str(error.orig):
            raise
        raise Conflict(f"The transaction {of} is reversed already.", field="reverses") from error


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
    return settle(connection, account, ended, now)


def settle(connection: Connection, account: UUID, transaction: Transaction, now: datetime) -> Posted:
    """Post the transaction that `settles` a pending one.

    Raises:
        Conflict: it is settled already, or was never pending.
    """
    try:
        return post(connection, account, transaction, now)
    except IntegrityError as error:
        if "settle" not in str(error.orig):
            raise
        raise Conflict(f"The hold {transaction.settles} is not pending any more.", field="settles") from error


def legs_of(connection: Connection, account: UUID, transaction: UUID) -> Sequence[Any]:
    """Rows of purpose, party and amount."""
    joined = _entries.join(
        _accounts,
        (_accounts.c.account_id == _entries.c.account_id) & (_accounts.c.id == _entries.c.ledger_account_id),
    )
    query = select(_accounts.c.purpose, _accounts.c.party, _entries.c.amount).select_from(joined)
    mine = (_entries.c.account_id == account, _accounts.c.account_id == account)
    return connection.execute(query.where(*mine, _entries.c.transaction_id == transaction)).all()


def ledger_id(account: UUID, leg: Leg, currency: str) -> UUID:
    """The id of a ledger account follows from what it is for, so that posting needs no look-up."""
    return account_id_for(account, leg.purpose, leg.party, currency)


@lru_cache(maxsize=65_536)
def account_id_for(account: UUID, purpose: str, party: str, currency: str) -> UUID:
    """A UUIDv5 (RFC 9562 §5.5) of purpose, party and currency in the account's name space."""
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


_LOOK_UP = union_all(
    select(_transactions.c.key, _transactions.c.id, _transactions.c.digest).where(
        _transactions.c.account_id == bindparam("account"), _transactions.c.key.in_(bindparam("keys", expanding=True))
    ),
    select(literal(""), _accounts.c.id, null()).where(
        _accounts.c.account_id == bindparam("account"), _accounts.c.id.in_(bindparam("ids", expanding=True))
    ),
)


def _look_up(
    connection: Connection, account: UUID, keys: list[str], ids: list[UUID]
) -> tuple[dict[str, tuple[UUID, bytes]], set[UUID]]:
    """Which keys are used, and which of the ledger accounts are open."""
    rows = connection.execute(_LOOK_UP, {"account": account, "keys": keys, "ids": ids}).all()
    return {key: (id, bytes(digest)) for key, id, digest in rows if key}, {id for key, id, _ in rows if not key}


def _told_apart(
    transactions: Sequence[Transaction], there: dict[str, tuple[UUID, bytes]]
) -> tuple[list[Posted], list[tuple[UUID, Transaction, bytes]]]:
    posted, fresh = [], []
    for transaction in transactions:
        digest = transaction.digest()
        known = there.get(transaction.key)
        if known is None:
            id = new_id()
            there[transaction.key] = (id, digest)
            fresh.append((id, transaction, digest))
            posted.append(Posted(id))
        elif known[1] != digest:
            raise KeyReused(f"The key {transaction.key!r} was used for another transaction.", field="key")
        else:
            posted.append(Posted(known[0], repeated=True))
    return posted, fresh


def _open(connection: Connection, account: UUID, wanted: dict[UUID, tuple[Leg, str]], now: datetime) -> None:
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "account_id": account, "id": id, "purpose": leg.purpose, "party": leg.party, "currency": currency,
            "side": PURPOSES[leg.purpose].side, "floored": PURPOSES[leg.purpose].floored,
            "balance": 0, "held": 0, "opened_at": now,
        }
        for id, (leg, currency) in sorted(wanted.items())
    ]  # fmt: skip
    connection.execute(upsert(_accounts).on_conflict_do_nothing(), rows)


_INSERT_ENTRIES, _INSERT_TRANSACTIONS = insert(_entries), insert(_transactions)


def _insert(
    connection: Connection, account: UUID, fresh: Sequence[tuple[UUID, Transaction, bytes]], now: datetime
) -> None:
    legs = [
        {
            "account_id": account, "id": new_id(), "transaction_id": id,
            "ledger_account_id": ledger_id(account, leg, each.currency), "amount": leg.amount,
        }
        for id, each, _ in fresh
        for leg in each.legs
    ]  # fmt: skip
    if legs:
        connection.execute(_INSERT_ENTRIES, legs)
    try:
        connection.execute(_INSERT_TRANSACTIONS, [_row(account, *each, now) for each in fresh])
    except IntegrityError as error:
        if "_floor" in str(error.orig):
            raise Overdrawn(_short_of(fresh), field="amount") from error
        raise


def _row(account: UUID, id: UUID, transaction: Transaction, digest: bytes, now: datetime) -> dict[str, Any]:
    return {
        "account_id": account, "id": id, "key": transaction.key, "digest": digest, "currency": transaction.currency,
        "phase": transaction.phase, "memo": transaction.memo, "settles": transaction.settles,
        "reverses": transaction.reverses, "transfer": transaction.transfer,
        "effective_at": transaction.at or now, "recorded_at": now,
    }  # fmt: skip


def _short_of(fresh: Sequence[tuple[UUID, Transaction, bytes]]) -> str:
    taken = [
        f"{leg.purpose}{f' of {leg.party}' if leg.party else ''} by {written(abs(leg.amount), each.currency)} {each.currency}"
        for _, each, _ in fresh
        for leg in each.legs
        if PURPOSES[leg.purpose].floored and leg.amount * PURPOSES[leg.purpose].side < 0
    ]
    return f"There is less than is to be taken: {'; '.join(taken[:3])}."
