"""What the database refuses, whoever writes: the ledger's invariants as triggers, for SQLite and PostgreSQL.

* A transaction is one row that carries its legs. Inserting it opens the accounts that are missing, writes an entry for
  each leg and moves the balances; it is refused unless there are two legs at least, in whole minor units, that come to
  zero. So there is nothing that a COMMIT could find out later, and nothing half.
* Transactions and entries are written once: no update, no delete, no entry besides. Accounts are not deleted, and of an
  account only what its entries say can change.
* What an account is for, and whether it may fall below zero, is a row of `billing_ledger_purpose`: a purpose that has
  no row there opens no account. Those rows change with a migration only.

Tables that are recreated by a later migration lose their triggers on SQLite: such a migration calls `install` again.
A migration that changes the rules of purposes does so between `remove` and `install`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from .common import ACCOUNT, ENTRY, PURPOSE, SEAL, TRANSACTION
from .postgresql import POSTGRESQL
from .sqlite import SQLITE

__all__ = ["ACCOUNT", "ENTRY", "PURPOSE", "SEAL", "TRANSACTION", "expected", "install", "remove"]

_NAMED = re.compile(r"CREATE (TRIGGER|FUNCTION) (\w+)(?:\(\))?(?:.*? ON (\w+) FOR)?", re.DOTALL)


def install(connection: Connection) -> None:
    """Put the rules on the tables that are there, replacing what bears their names."""
    remove(connection)
    tables = _tables(connection)
    for _, _, table, statement in expected(connection):
        if not table or table in tables:
            connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    sqlite, tables = connection.dialect.name == "sqlite", _tables(connection)
    rules = list(expected(connection))
    for kind, name, table, _ in rules:
        if kind == "TRIGGER" and table in tables:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{'' if sqlite else f' ON {table}'}")
    for kind, name, _, _ in rules:
        if kind == "FUNCTION":
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")


def expected(connection: Connection) -> Iterator[tuple[str, str, str, str]]:
    """Kind, name, table and statement of every rule, in the order in which they are put on."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        if (named := _NAMED.match(statement)) is None:
            raise AssertionError(f"not a rule: {statement[:60]}")
        kind, name, table = named.groups()
        yield kind, name, (table or "") if kind == "TRIGGER" else "", statement


def _tables(connection: Connection) -> set[str]:
    return {
        name for name in (ACCOUNT, TRANSACTION, ENTRY, PURPOSE, SEAL) if connection.dialect.has_table(connection, name)
    }
