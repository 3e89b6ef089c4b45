"""Posting: synchronous functions of a Core `Connection`, for `ctx.write` (design: Data).

    posted = await ctx.write(post, ctx.account, transaction, ctx.now)

What is wrong is refused here, in words, before the database would refuse it. Nothing is left to be found out at the
COMMIT, which others share.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Dialect, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from maxbooster.plugin import Conflict, Invalid, NotFound, NotReady, Struct, UsageError, new_id

from ..currency import LARGEST, checked_currency, written
from ..texts import fitted
from .models import LedgerAccount, LedgerEntry, LedgerTransaction
from .purposes import PURPOSES, purpose
from .rules.common import REFUSALS
from .rules.sqlite import NEWEST

LEGS_AT_MOST = 1_000
EARLIEST, LATEST = 1970, 2200
"""Years in which something can take effect."""
Phase = Literal["posted", "pending", "void"]


class Leg(Struct, frozen=True, array_like=True, order=True):
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
        return sha256(msgspec.json.encode(self)).digest()


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
    if not connection.in_transaction():
        raise UsageError("post inside a transaction: await ctx.write(post, …)")
    return [_post(connection, account, transaction, now) for transaction in transactions]


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
    memo = memo or fitted(f"Reversal: {row.memo}", 500)
    opposite = Transaction(key=key or f"reverse:{of}", currency=row.currency, memo=memo, reverses=of, legs=legs)
    return post(connection, account, opposite, now)


def reverse_many(
    connection: Connection, account: UUID, of: Sequence[UUID], now: datetime, *, memo: str = ""
) -> list[Posted]:
    """Reverse several posted transactions of one book, the last one first, all of them or none; answers in the order of
    `of`. What is reversed already stays so. Raises as `reverse`."""
    done = {each: reverse(connection, account, each, now, memo=memo) for each in reversed(of)}
    return [done[each] for each in of]


def posted_under(connection: Connection, account: UUID, prefix: str) -> list[UUID]:
    """The posted transactions whose keys begin with `prefix`, the oldest first: what belongs to a statement or sale."""
    mine = (_transactions.c.account_id == account, _transactions.c.phase == "posted")
    query = select(_transactions.c.id).where(*mine, _transactions.c.key.startswith(prefix, autoescape=True))
    return list(connection.execute(query.order_by(_transactions.c.recorded_at, _transactions.c.id)).scalars())


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


_accounts = cast(Table, LedgerAccount.__table__)
_transactions = cast(Table, LedgerTransaction.__table__)
_entries = cast(Table, LedgerEntry.__table__)


def _mine(table: Table, account: UUID, id: UUID) -> Any:
    return (table.c.account_id == account) & (table.c.id == id)


def _refuse_malformed(transaction: Transaction) -> None:
    legs, currency = transaction.legs, checked_currency(transaction.currency)
    if not 0 < len(transaction.key) <= 200:
        raise Invalid("A transaction's key has 1 to 200 characters.", field="key")
    if (at := transaction.at) is not None and (at.tzinfo is None or not EARLIEST <= at.year <= LATEST):
        raise Invalid(f"{at} is not a time with a zone between {EARLIEST} and {LATEST}.", field="at")
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


def _post(connection: Connection, account: UUID, transaction: Transaction, now: datetime) -> Posted:
    """One insert, of which the database does the rest; and a look-up where the key was there."""
    _refuse_malformed(transaction)
    asked = transaction = msgspec.structs.replace(transaction, legs=tuple(sorted(transaction.legs)))
    if asked.at is not None:
        transaction = msgspec.structs.replace(asked, at=asked.at.astimezone(UTC))
    id, digest = new_id(), transaction.digest()
    insert = _insert(connection.dialect)
    try:
        if insert.added(connection, insert.row(account, id, digest, transaction, now)):
            return Posted(id)
    except (IntegrityError, connection.dialect.loaded_dbapi.IntegrityError) as error:
        if (refusal := _in_words(transaction, str(getattr(error, "orig", error)))) is None:
            raise
        raise refusal from error
    known = connection.execute(
        select(_transactions.c.id, _transactions.c.digest).where(
            _transactions.c.account_id == account, _transactions.c.key == transaction.key
        )
    ).one()
    if bytes(known.digest) not in (digest, asked.digest()):
        raise KeyReused(f"The key {transaction.key!r} was used for another transaction.", field="key")
    return Posted(known.id, repeated=True)


class _Insert:
    """The insert as the raw driver takes it: SQLAlchemy costs as much again as the statement itself."""

    def __init__(self, dialect: Dialect) -> None:
        self._sqlite = dialect.name == "sqlite"
        upsert = sqlite.insert if self._sqlite else postgresql.insert
        compiled = (
            upsert(_transactions).on_conflict_do_nothing(index_elements=["account_id", "key"]).compile(dialect=dialect)
        )
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup or (column.name for column in _transactions.columns))
        types = {column.name: column.type.dialect_impl(dialect) for column in _transactions.columns}
        self._write = [types[name].bind_processor(dialect) for name in self._names]

    def row(self, account: UUID, id: UUID, digest: bytes, transaction: Transaction, now: datetime) -> tuple[Any, ...]:
        said = {
            "account_id": account, "id": id, "key": transaction.key, "digest": digest,
            "currency": transaction.currency, "phase": transaction.phase, "memo": transaction.memo,
            "settles": transaction.settles, "reverses": transaction.reverses, "transfer": transaction.transfer,
            "legs": transaction.legs, "leg_count": len(transaction.legs),
            "effective_at": transaction.at or now, "recorded_at": now,
        }  # fmt: skip
        values = [said[name] for name in self._names]
        return tuple(
            value if write is None or value is None else write(value)
            for value, write in zip(values, self._write, strict=True)
        )

    def added(self, connection: Connection, row: tuple[Any, ...]) -> bool:
        """Whether there was no such key yet."""
        if not self._sqlite:
            return bool(connection.exec_driver_sql(self.sql, dict(zip(self._names, row, strict=True))).rowcount)
        execute = connection.connection.dbapi_connection.execute  # type: ignore[union-attr]
        try:
            return bool(execute(self.sql, row).rowcount)
        except connection.dialect.loaded_dbapi.IntegrityError as error:
            if REFUSALS["numbered"] not in str(error):
                raise
        return bool(execute(_numbered(self.sql), row).rowcount)


def _numbered(insert: str) -> str:
    """SQLite gives rowids in the transactions' order (`rules/sqlite.py`), unless the largest is taken: then we do."""
    following = f"VALUES ((SELECT coalesce(({NEWEST}), 0) + 1), "
    return insert.replace("(", "(rowid, ", 1).replace("VALUES (", following, 1)


@cache
def _insert(dialect: Dialect) -> _Insert:
    return _Insert(dialect)


def _in_words(transaction: Transaction, refusal: str) -> Exception | None:
    """What the database refuses and a caller can act on."""
    if "_floor" in refusal:
        return Overdrawn(_short_of(transaction), field="amount")
    for told, problem in _REFUSALS.items():
        if told in refusal:
            return problem
    return None


_REFUSALS = {
    "settle": Conflict("This hold is not pending, or is settled already.", field="settles"),
    "reverse": Conflict("This transaction is reversed already.", field="reverses"),
    "transfer": Conflict("This transfer was posted under another key.", field="transfer"),
    "each purpose has a rule": NotReady(
        "The database lacks the rule of one of these purposes: run `maxbooster db upgrade`."
    ),
    "_size": Invalid("The balance would be larger than a book can hold.", field="amount"),
}


def _short_of(transaction: Transaction) -> str:
    taken = [
        f"{written(abs(leg.amount), transaction.currency)} {transaction.currency} of {leg.purpose} {leg.party}".strip()
        for leg in transaction.legs
        if PURPOSES[leg.purpose].floored and leg.amount * PURPOSES[leg.purpose].side < 0
    ]
    return f"There is less than is to be taken: {', '.join(taken[:3])}."
