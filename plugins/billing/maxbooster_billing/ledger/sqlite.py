"""Posting on SQLite: one look-up and two inserts on the raw driver, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from maxbooster.plugin import UtcTime, new_id

from .models import LedgerAccount, LedgerEntry, LedgerTransaction
from .rows import Known, NewAccount, NewTransaction

_TIME = UtcTime()


def insert(
    connection: Connection,
    account: UUID,
    accounts: dict[UUID, NewAccount],
    transactions: Sequence[NewTransaction],
    now: datetime,
) -> dict[str, Known]:
    """Post the transactions whose keys are new, opening the accounts that are not there; returns the others."""
    execute = connection.connection.driver_connection.execute  # type: ignore[union-attr]
    executemany = connection.connection.driver_connection.executemany  # type: ignore[union-attr]
    book, at = account.bytes, _time(connection, now)
    ids = {id.bytes: id for id in accounts}
    keys = [each.key for each in transactions]
    rows = execute(_look_up(len(keys), len(ids)), (book, *keys, book, *ids)).fetchall()
    there = {key: Known(UUID(bytes=id), digest) for key, id, digest in rows if digest is not None}
    opened = {id for _, id, digest in rows if digest is None}
    if len(opened) < len(ids):
        missing = [accounts[ids[id]] for id in ids if id not in opened]
        executemany(_OPEN, [(book, each.id.bytes, each.purpose, each.party, each.currency, each.side, each.floored, at)
                            for each in missing])  # fmt: skip
    fresh = [each for each in transactions if each.key not in there]
    executemany(_ENTRY, [(book, new_id().bytes, each.id.bytes, to.bytes, amount)
                         for each in fresh for to, amount in each.legs])  # fmt: skip
    for each in fresh:
        execute(_TRANSACTION, (
            book, each.id.bytes, each.key, each.digest, each.currency, each.phase, each.memo, _bytes(each.settles),
            _bytes(each.reverses), _bytes(each.transfer), at if each.at is None else _time(connection, each.at), at,
        ))  # fmt: skip
    return there


def _bytes(id: UUID | None) -> bytes | None:
    return id.bytes if id is not None else None


def _time(connection: Connection, at: datetime) -> Any:
    return _TIME.process_bind_param(at, connection.dialect)


@lru_cache(maxsize=256)
def _look_up(keys: int, ids: int) -> str:
    return (
        f"SELECT key, id, digest FROM {LedgerTransaction.__tablename__}"
        f" WHERE account_id = ? AND key IN ({', '.join('?' * keys)})"
        f" UNION ALL SELECT '', id, NULL FROM {LedgerAccount.__tablename__}"
        f" WHERE account_id = ? AND id IN ({', '.join('?' * ids)})"
    )


_OPEN = (
    f"INSERT INTO {LedgerAccount.__tablename__}"
    " (account_id, id, purpose, party, currency, side, floored, balance, held, opened_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?)"
)
_ENTRY = (
    f"INSERT INTO {LedgerEntry.__tablename__} (account_id, id, transaction_id, ledger_account_id, amount)"
    " VALUES (?, ?, ?, ?, ?)"
)
_TRANSACTION = (
    f"INSERT INTO {LedgerTransaction.__tablename__} (account_id, id, key, digest, currency, phase, memo,"
    " settles, reverses, transfer, effective_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
