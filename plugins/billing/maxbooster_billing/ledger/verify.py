"""Proof that the books are right: everything that is derived is derived anew and compared (B-01)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from maxbooster.plugin import Struct, UtcTime

from . import rules
from .rules import ACCOUNT, ENTRY, TRANSACTION

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


def verify(connection: Connection, now: datetime) -> Verdict:
    """Examine every book of the platform."""
    faults = [fault for check in (_rules, _transactions, _balances, _reversals) for fault in check(connection)]
    flying, late = _transfers(connection, now)
    faults += late
    count = connection.execute(text(_COUNTS)).one()
    return Verdict(not faults, count.books, count.transactions, count.entries, count.holds, flying, faults)


def _rules(connection: Connection) -> Iterator[str]:
    for name in rules.missing(connection):
        yield f"The rule {name} is not on its table: nothing enforces it. Put it back with `maxbooster db upgrade`."


def _transactions(connection: Connection) -> Iterator[str]:
    """Each comes to zero, has the entries that it says, and they lie in accounts of its currency."""
    for row in connection.execute(text(_UNBALANCED)):
        yield (
            f"Book {_id(row.account_id)}, transaction {_id(row.id)}: {row.found} of {row.leg_count} entries,"
            f" which come to {row.total}, {row.other} in another currency."
        )


def _balances(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(_greatest(connection, _MISSTATED))):
        yield (
            f"Book {_id(row.account_id)}, {row.purpose} {row.party} {row.currency}: the balance says {row.balance}"
            f" with {row.held} held, its entries say {row.posted} with {row.pending} held."
        )


def _reversals(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(_UNMIRRORED)):
        yield f"Book {_id(row.account_id)}: transaction {_id(row.id)} does not mirror what it reverses."


def _transfers(connection: Connection, now: datetime) -> tuple[int, list[str]]:
    """How many are on their way, and what is wrong with clearing: each transfer's halves must cancel out."""
    flying, faults = 0, []
    for row in connection.execute(text(_HALVES)):
        sent_at = UtcTime().process_result_value(row.sent_at, connection.dialect)
        if row.halves == 1 and sent_at is not None and now - sent_at < FLIGHT:
            flying += 1
        elif row.halves == 1:
            faults.append(
                f"Transfer {_id(row.transfer)} of {row.total} {row.currency} has not arrived since {sent_at}."
            )
        elif row.halves != 2 or row.total != 0:
            faults.append(
                f"Transfer {_id(row.transfer)}: {row.halves} halves leave {row.total} {row.currency} in clearing."
            )
    for row in connection.execute(text(_CLEARING_BESIDE)):
        faults.append(f"Book {_id(row.account_id)}: transaction {_id(row.id)} uses clearing, but is no transfer.")
    return flying, faults


def _id(value: Any) -> str:
    from uuid import UUID

    return str(UUID(bytes=value) if isinstance(value, bytes) else value)


def _greatest(connection: Connection, statement: str) -> str:
    return statement.replace("GREATEST", "max" if connection.dialect.name == "sqlite" else "greatest")


_LEG = f"""{ENTRY} e JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id
    JOIN {TRANSACTION} t ON t.account_id = e.account_id AND t.id = e.transaction_id"""

_COUNTS = f"""SELECT (SELECT count(DISTINCT account_id) FROM {ACCOUNT}) AS books,
    (SELECT count(*) FROM {TRANSACTION}) AS transactions, (SELECT count(*) FROM {ENTRY}) AS entries,
    (SELECT count(*) FROM {TRANSACTION} t WHERE t.phase = 'pending' AND NOT EXISTS (SELECT 1 FROM {TRANSACTION} s
        WHERE s.account_id = t.account_id AND s.settles = t.id)) AS holds"""

_UNBALANCED = f"""SELECT t.account_id, t.id, t.leg_count, count(e.leg) AS found, coalesce(sum(e.amount), 0) AS total,
    coalesce(sum(CASE WHEN a.currency <> t.currency THEN 1 ELSE 0 END), 0) AS other
    FROM {TRANSACTION} t LEFT JOIN {ENTRY} e ON e.account_id = t.account_id AND e.transaction_id = t.id
    LEFT JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id
    GROUP BY t.account_id, t.id, t.leg_count, t.phase
    HAVING count(e.leg) <> t.leg_count OR coalesce(sum(e.amount), 0) <> 0
        OR (t.leg_count < 2 AND t.phase <> 'void')
        OR coalesce(sum(CASE WHEN a.currency <> t.currency THEN 1 ELSE 0 END), 0) > 0"""

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
