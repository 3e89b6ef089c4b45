"""Values that a column was not made for. SQLite keeps any value in any column, PostgreSQL times beyond the calendar:
each is named, and passed over by the other checks, so that it hides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from maxbooster.plugin import Id, Json, UtcTime

_FIRST, _LAST = "0002-01-01T00:00:00+00:00", "9998-12-31T00:00:00+00:00"
_FIRST_US, _LAST_US = -62_104_060_800_000_000, 253_339_228_800_000_000
"""The same on SQLite."""
Legs = list[tuple[str, int, str]]


def readable(connection: Connection, table: Table) -> ColumnElement[bool]:
    """Rows of which each value is of its column's kind."""
    return and_(true(), *_conditions(connection, table).values())


def legs(said: Any) -> Legs | None:
    """What a transaction's row says its legs are; None: they are none."""
    try:
        return msgspec.convert(said, Legs)
    except msgspec.ValidationError:
        return None


def check(connection: Connection, tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        conditions = _conditions(connection, table)
        if not conditions:
            continue
        key = [_written(connection, column) for column in table.primary_key.columns]
        values = [_written(connection, table.c[name]) for name in conditions]
        rows = connection.execute(select(*key, *values, *conditions.values()).where(not_(and_(*conditions.values()))))
        for row in rows:
            place = ", ".join(_plain(each) for each in row[: len(key)])
            said, right = row[len(key) : len(key) + len(values)], row[len(key) + len(values) :]
            for name, value, fits in zip(conditions, said, right, strict=True):
                if not fits:
                    yield f"{table.name} {place}: {name} holds {value}, which is no {_kind(table.c[name])}."


def _conditions(connection: Connection, table: Table) -> dict[str, ColumnElement[bool]]:
    sqlite = connection.dialect.name == "sqlite"
    found = {}
    for column in table.columns:
        condition = _on_sqlite(column) if sqlite else _on_postgresql(column)
        if condition is not None:
            found[column.name] = or_(column.is_(None), condition) if column.nullable else condition
    return found


def _on_postgresql(column: Column[Any]) -> ColumnElement[bool] | None:
    if not isinstance(column.type, UtcTime):
        return None
    return and_(column >= literal_column(f"timestamptz '{_FIRST}'"), column <= literal_column(f"timestamptz '{_LAST}'"))


def _on_sqlite(column: Column[Any]) -> ColumnElement[bool]:
    stored, number = func.typeof(column), type_coerce(column, BigInteger)
    match column.type:
        case Id():
            right = and_(stored == "blob", func.length(column) == 16)
        case UtcTime():
            right = and_(stored == "integer", number.between(_FIRST_US, _LAST_US))
        case Json():
            right = case((stored == "text", func.json_valid(column) == 1), else_=False) == true()
        case Boolean():
            right = and_(stored == "integer", number.between(0, 1))
        case Integer():
            right = stored == "integer"
        case LargeBinary():
            right = stored == "blob"
        case _:
            right = stored == "text"
    return right


def _kind(column: Column[Any]) -> str:
    kinds = {
        Id: "id",
        UtcTime: "time",
        Json: "JSON",
        Boolean: "yes or no",
        Integer: "whole number",
        LargeBinary: "bytes",
    }
    return next((words for kind, words in kinds.items() if isinstance(column.type, kind)), "text")


def _written(connection: Connection, column: Column[Any]) -> ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        return func.substr(func.quote(column), 1, 80, type_=Text)
    return func.left(cast(column, Text), 80, type_=Text)


def _plain(quoted: str) -> str:
    """`X'…'` of 16 bytes is an id."""
    bare = quoted.removeprefix("X'").removesuffix("'")
    return str(UUID(bare)) if quoted.startswith("X'") and len(bare) == 32 else quoted
