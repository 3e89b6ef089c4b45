"""Proof that the books are right: everything that is derived is derived anew and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from maxbooster.plugin import Struct, UtcTime

from ..bank_transfer import crosscheck as bank_transfers
from ..checkouts import crosscheck as checkouts
from ..payouts import crosscheck as payouts
from . import readable, schema, seals
from .purposes import PURPOSES
from .repair import TABLES
from .rules import ACCOUNT, ENTRY, PURPOSE, TRANSACTION

FLIGHT = timedelta(hours=1)
"""How long a transfer may be on its way to the other book."""


class Verdict(Struct, frozen=True):
    """What `maxbooster billing verify` answers."""

    ok: bool
    books: int
    transactions: int
    entries: int
    holds: int
    """Pending transactions that are not settled yet."""
    transfers_in_flight: int
    faults: list[str]
    """A sentence each, naming the book and what is wrong in it."""
    unverified: list[str]
    """A sentence each for what cannot be verified, since nothing was kept to compare it with."""


def verify(connection: Connection, now: datetime) -> Verdict:
    """Examine the rules, and every book of the platform as it is at this moment."""
    with _snapshot(connection):
        if (old := schema.outdated(connection)) is not None:
            return Verdict(False, 0, 0, 0, 0, 0, [old], [])
        flying: list[int] = []
        unverified: list[str] = []
        checks: dict[str, Check] = {
            "the rules": _rules, "what columns hold": _values, "purposes": _purposes, "seals": seals.check,
            "balances": _balances, "entries": _strays, "reversals": _reversals, "keys": _doubles,
            "payouts": payouts.check, "bank transfers": lambda connection: bank_transfers.check(connection, unverified),
            "checkouts": lambda connection: checkouts.check(connection, now),
            "transfers": lambda connection: _transfers(connection, now, flying),
        }  # fmt: skip
        faults = [fault for what, check in checks.items() for fault in _told(connection, what, check)]
        count = connection.execute(text(_COUNTS)).one()
    return Verdict(
        not faults, count.books, count.transactions, count.entries, count.holds, sum(flying), faults, unverified
    )


Check = Callable[[Connection], Iterator[str]]


def _told(connection: Connection, what: str, check: Check) -> Iterator[str]:
    """What a check finds. One that cannot be finished says so, and the others are still made."""
    try:
        yield from check(connection)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, DBAPIError) as error:
        yield f"The check of {what} could not be finished: {str(error).splitlines()[0] if str(error) else error!r}."


def _values(connection: Connection) -> Iterator[str]:
    return readable.check(connection, TABLES.values())


@contextmanager
def _snapshot(connection: Connection) -> Iterator[None]:
    """One moment for every check, however much is posted meanwhile: readers are in autocommit otherwise."""
    connection.exec_driver_sql("SELECT 1")
    sqlite, driver = connection.dialect.name == "sqlite", connection.connection.dbapi_connection
    if driver is not None and (driver.in_transaction if sqlite else driver.info.transaction_status):
        yield
        return
    connection.exec_driver_sql("BEGIN" if sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        connection.exec_driver_sql("ROLLBACK")


def _rules(connection: Connection) -> Iterator[str]:
    for _, fault in schema.differences(connection):
        yield fault


def _purposes(connection: Connection) -> Iterator[str]:
    """The rules by which accounts are opened, and those by which they were."""
    wanted = {each.name: (each.side, each.floored) for each in PURPOSES.values()}
    rows = connection.execute(text(f"SELECT name, side, floored FROM {PURPOSE}"))
    found = {row.name: (row.side, bool(row.floored)) for row in rows}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield f"The rule of the purpose {name} is {_rule(found.get(name))}, expected {_rule(wanted.get(name))}."
    for row in connection.execute(text(f"SELECT account_id, purpose, party, currency, side, floored FROM {ACCOUNT}")):
        if wanted.get(row.purpose) != (row.side, bool(row.floored)):
            yield (
                f"Book {_id(row.account_id)}, {row.purpose} {row.party} {row.currency}: its rule is"
                f" {_rule((row.side, bool(row.floored)))}, expected {_rule(wanted.get(row.purpose))}."
            )


def _rule(found: tuple[int, bool] | None) -> str:
    if found is None:
        return "none"
    return f"{'debit' if found[0] > 0 else 'credit'}, {'never below zero' if found[1] else 'any balance'}"


def _balances(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(_greatest(connection, _MISSTATED))):
        yield (
            f"Book {_id(row.account_id)}, {row.purpose} {row.party} {row.currency}: the balance says {row.balance}"
            f" with {row.held} held, its entries say {row.posted} with {row.pending} held."
        )


def _strays(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(_STRAYS)):
        yield f"Book {_id(row.account_id)}: an entry of {row.amount} belongs to no transaction or ledger account."


def _doubles(connection: Connection) -> Iterator[str]:
    """What the indexes refuse, as long as they are there."""
    for what, words in _ONCE.items():
        query = f"""SELECT account_id, {what} AS what, count(*) AS times FROM {TRANSACTION}
            WHERE {what} IS NOT NULL GROUP BY account_id, {what} HAVING count(*) > 1"""
        for row in connection.execute(text(query)):
            yield f"Book {_id(row.account_id)}: {words} {_id(row.what)} is there {row.times} times."


_ONCE = {
    "key": "the key", "reverses": "a reversal of transaction", "settles": "the end of hold",
    "transfer": "a half of transfer",
}  # fmt: skip


def _reversals(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(_UNMIRRORED)):
        yield f"Book {_id(row.account_id)}: transaction {_id(row.id)} does not mirror what it reverses."


def _transfers(connection: Connection, now: datetime, flying: list[int]) -> Iterator[str]:
    """What is wrong with clearing: each transfer's halves must cancel out. A 1 for each that is on its way goes into
    `flying`."""
    for row in connection.execute(text(_HALVES)):
        sent_at = _time(row.sent_at, connection)
        if row.halves == 1 and sent_at is not None and now - sent_at < FLIGHT:
            flying.append(1)
        elif row.halves == 1:
            yield f"Transfer {_id(row.transfer)} of {row.total} {row.currency} has not arrived since {sent_at}."
        elif row.halves != 2 or row.total != 0:
            yield f"Transfer {_id(row.transfer)}: {row.halves} halves leave {row.total} {row.currency} in clearing."
    for row in connection.execute(text(_CLEARING_BESIDE)):
        yield f"Book {_id(row.account_id)}: transaction {_id(row.id)} uses clearing, but is no transfer."


def _time(value: Any, connection: Connection) -> datetime | None:
    try:
        return UtcTime().process_result_value(value, connection.dialect)
    except (AttributeError, ArithmeticError, OSError, ValueError):
        return None


def _id(value: Any) -> str:
    return str(UUID(bytes=value) if isinstance(value, bytes) and len(value) == 16 else value)


def _greatest(connection: Connection, statement: str) -> str:
    return statement.replace("GREATEST", "max" if connection.dialect.name == "sqlite" else "greatest")


_LEG = f"""{ENTRY} e JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id
    JOIN {TRANSACTION} t ON t.account_id = e.account_id AND t.id = e.transaction_id"""

_COUNTS = f"""SELECT (SELECT count(DISTINCT account_id) FROM {ACCOUNT}) AS books,
    (SELECT count(*) FROM {TRANSACTION}) AS transactions, (SELECT count(*) FROM {ENTRY}) AS entries,
    (SELECT count(*) FROM {TRANSACTION} t WHERE t.phase = 'pending' AND NOT EXISTS (SELECT 1 FROM {TRANSACTION} s
        WHERE s.account_id = t.account_id AND s.settles = t.id)) AS holds"""

_STRAYS = f"""SELECT e.account_id, e.amount FROM {ENTRY} e
    LEFT JOIN {TRANSACTION} t ON t.account_id = e.account_id AND t.id = e.transaction_id
    LEFT JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id
    WHERE t.id IS NULL OR a.id IS NULL"""

_MISSTATED = f"""SELECT a.account_id, a.purpose, a.party, a.currency, a.balance, a.held,
        coalesce(s.posted, 0) AS posted, coalesce(s.pending, 0) AS pending
    FROM {ACCOUNT} a LEFT JOIN (
        SELECT a.account_id, a.id, sum(CASE t.phase WHEN 'posted' THEN e.amount ELSE 0 END) AS posted,
            sum(CASE WHEN t.phase = 'pending' AND NOT EXISTS (SELECT 1 FROM {TRANSACTION} s
                WHERE s.account_id = t.account_id AND s.settles = t.id)
                THEN GREATEST(0, -a.side * e.amount) ELSE 0 END) AS pending
        FROM {_LEG} GROUP BY a.account_id, a.id
    ) s ON s.account_id = a.account_id AND s.id = a.id
    WHERE a.balance <> coalesce(s.posted, 0) OR a.held <> coalesce(s.pending, 0)
        OR (a.floored AND a.side * a.balance - a.held < 0)"""

_UNMIRRORED = f"""SELECT t.account_id, t.id FROM {TRANSACTION} t
    WHERE t.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.account_id = t.account_id
        AND e.transaction_id = t.id AND NOT EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.account_id = t.account_id
            AND o.transaction_id = t.reverses AND o.ledger_account_id = e.ledger_account_id
            AND o.amount = -e.amount))"""

_HALVES = f"""SELECT t.transfer, t.currency, count(*) AS halves, sum(e.amount) AS total, min(t.recorded_at) AS sent_at
    FROM {_LEG} WHERE a.purpose = 'clearing' AND t.transfer IS NOT NULL AND t.phase = 'posted'
    GROUP BY t.transfer, t.currency HAVING count(*) <> 2 OR sum(e.amount) <> 0"""

_CLEARING_BESIDE = f"""SELECT t.account_id, t.id FROM {_LEG} WHERE a.purpose = 'clearing' AND t.transfer IS NULL"""
