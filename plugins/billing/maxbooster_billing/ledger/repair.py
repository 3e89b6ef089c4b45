"""Putting back what keeps the books right: rules, the rows they read, indexes and constraints. Entries are never
touched: what is wrong with them is named by `verify`, and undone by reversals or from a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from sqlalchemy import Connection, Table, delete, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, Constraint, Index

from ..approvals.models import Proposal
from ..bank_transfer.models import BankFile, BankOrder
from ..payees.models import Payee
from ..payouts.models import Payout
from . import rules, schema
from .models import LedgerAccount, LedgerEntry, LedgerPurpose, LedgerSeal, LedgerTransaction
from .purposes import PURPOSES

_MODELS = (
    LedgerPurpose, LedgerAccount, LedgerTransaction, LedgerEntry, LedgerSeal, Payee, Payout, Proposal, BankFile,
    BankOrder,
)  # fmt: skip
TABLES = {each.__tablename__: cast(Table, each.__table__) for each in _MODELS}


def repair(connection: Connection) -> tuple[list[str], list[str]]:
    """What was restored, and what could not be, a sentence each."""
    done: list[str] = []
    failed: list[str] = []
    if (old := schema.outdated(connection)) is not None:
        return done, [old]
    for words, act in _steps(connection):
        try:
            with connection.begin_nested():
                act(connection)
        except DBAPIError as error:
            failed.append(f"{words} still wrong: {str(error.orig).splitlines()[0]}.")
        else:
            done.append(f"{words} restored.")
    return done, failed


Step = tuple[str, Callable[[Connection], object]]


def _steps(connection: Connection) -> Iterator[Step]:
    labels = {label for label, _ in schema.differences(connection)}
    if "rule" in labels or not _purposes_right(connection):
        yield "The rules, and the table of purposes, are", _put_rules_back
    for name in schema.switched_off(connection):
        yield f"The foreign keys of {name} are", _switch_on(name)
    for table in TABLES.values():
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            if f"index {index.name}" in labels:
                yield f"The index {index.name} is", _recreate(index)
        for constraint in table.constraints:
            if f"constraint {constraint.name}" in labels and connection.dialect.name == "postgresql":
                yield f"The constraint {constraint.name} is", _add(constraint)


def _purposes_right(connection: Connection) -> bool:
    rows = connection.execute(text("SELECT name, side, floored FROM billing_ledger_purpose"))
    found = {(row.name, row.side, bool(row.floored)) for row in rows}
    return found == {(each.name, each.side, each.floored) for each in PURPOSES.values()}


def _put_rules_back(connection: Connection) -> None:
    """The rows too, which the rules protect. Ledger accounts keep their own: `verify` names those that differ."""
    rules.remove(connection)
    connection.execute(delete(LedgerPurpose))
    rows = [{"name": each.name, "side": each.side, "floored": each.floored} for each in PURPOSES.values()]
    connection.execute(insert(LedgerPurpose), rows)
    rules.install(connection)


def _switch_on(table: str) -> Callable[[Connection], object]:
    """Needs a superuser: foreign keys are the system's own triggers."""
    return lambda connection: connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def _recreate(index: Index) -> Callable[[Connection], object]:
    def act(connection: Connection) -> None:
        index.drop(connection, checkfirst=True)
        index.create(connection)

    return act


def _add(constraint: Constraint) -> Callable[[Connection], object]:
    def act(connection: Connection) -> None:
        table = constraint.table
        connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {constraint.name}")
        connection.execute(AddConstraint(constraint, isolate_from_table=False))

    return act
