"""The tests' stand-in for Citus: owned tables as hash partitions of the account id (design: Data).

PostgreSQL then enforces what Citus asks for (the account id in every key), and EXPLAIN shows whether a query
keeps to one partition. Production uses plain tables.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Table, event, text

_KEYS = ("account_id", "id")


def install() -> None:
    """From now on a connection with `execution_options(partitions=n)` creates owned tables in n partitions."""
    if not event.contains(Table, "before_create", _before):
        event.listen(Table, "before_create", _before)
        event.listen(Table, "after_create", _after)


def _key(table: Table) -> str | None:
    """The column that a table is distributed by; None if it is not an account's."""
    primary = [column.name for column in table.primary_key]
    if "account_id" in primary:
        return "account_id"
    return "id" if table.name == "core_account" else None


def _before(table: Table, connection: Connection, **_: Any) -> None:
    if connection.get_execution_options().get("partitions") and (key := _key(table)):
        table.dialect_options["postgresql"]["partition_by"] = f"HASH ({key})"


def _after(table: Table, connection: Connection, **_: Any) -> None:
    count = connection.get_execution_options().get("partitions")
    if count and _key(table):
        for number in range(count):
            connection.execute(
                text(
                    f'CREATE TABLE "{table.name}_p{number}" PARTITION OF "{table.name}"'
                    f" FOR VALUES WITH (MODULUS {count}, REMAINDER {number})"
                )
            )


def touched(connection: Connection, statement: str, parameters: Any) -> dict[str, int]:
    """Table → how many of its partitions the plan of a statement touches."""
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    partitions: dict[str, set[str]] = {}
    _walk(plan[0]["Plan"], partitions)
    return {table: len(names) for table, names in partitions.items()}


def _walk(node: dict[str, Any], partitions: dict[str, set[str]]) -> None:
    table, separator, number = node.get("Relation Name", "").rpartition("_p")
    if separator and number.isdigit():
        partitions.setdefault(table, set()).add(number)
    for inner in node.get("Plans", ()):
        _walk(inner, partitions)
