"""Everything that is held on a person can be taken out and erased: each table says how, by data.

A person's account that nobody else is in is theirs: its owned rows are exported with them and go with them. What lies
outside accounts, and what in an account points at people, is declared by the plugin whose table it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, LargeBinary, delete, inspect, select, update
from sqlalchemy import Table as CoreTable

from .db.models import Owned, Table

Rows = dict[str, list[dict[str, Any]]]

POINTERS = ("user_id", "actor", "email", "address", "agent")
"""Columns that speak of people, wherever they stand."""


class PersonalData(Struct, frozen=True, kw_only=True):
    """How a table's rows about a person are found and erased.

    `by`: the column that holds the user's id; None where no row is about one person, or none outlives `why`.
    `erase`: `row` deletes the rows, a mapping overwrites columns, `keep` keeps them (pseudonymous: their user is
    gone). `why`: the reason for `keep`, and for `by=None`. `secret`: columns that are never exported. `of_account`: in
    a table outside accounts, the column with the id of the account with which rows are exported and erased.
    """

    table: type[Any] | CoreTable
    by: str | None = None
    erase: Literal["row", "keep"] | Mapping[str, Any] = "row"
    why: str = ""
    secret: tuple[str, ...] = ()
    of_account: str | None = None

    def __post_init__(self) -> None:
        if (self.by is None or self.erase == "keep") and not self.why:
            raise ValueError(f"personal data of {table_of(self.table).name}: say why its rows are kept or about nobody")


def fault(declared: PersonalData) -> str | None:
    """Why rows cannot be found, exported or erased as it says; None: they can. A wrong one would stop the export and
    the erasure of everybody."""
    if not isinstance(declared.table, CoreTable) and not (
        isinstance(declared.table, type) and issubclass(declared.table, Table)
    ):
        return f"personal data: {declared.table!r} is not a mapped class"
    table = table_of(declared.table)
    overwritten = declared.erase if isinstance(declared.erase, Mapping) else {}
    for what, name in (
        ("by", declared.by), ("of_account", declared.of_account),
        *(("secret", each) for each in declared.secret), *(("erase", each) for each in overwritten),
    ):  # fmt: skip
        if name is not None and name not in table.c:
            return f"personal data of {table.name}: {what}={name!r} is none of its columns: {', '.join(table.c.keys())}"
    for what, name in (("by", declared.by), ("of_account", declared.of_account)):
        if name is not None and table.c[name].type.python_type is not UUID:
            return f"personal data of {table.name}: {what}={name!r} holds no ids"
    if isinstance(declared.erase, str) and declared.erase not in ("row", "keep"):
        return f"personal data of {table.name}: erase={declared.erase!r}; it is 'row', 'keep' or a mapping of columns"
    if full := [name for name, value in overwritten.items() if value is None and not table.c[name].nullable]:
        return f"personal data of {table.name}: erase empties {full[0]!r}, which cannot be null"
    return None


def undeclared(tables: Iterable[type[Any]], declared: Sequence[PersonalData]) -> list[str]:
    """Names of tables that hold, or may hold, personal data that nobody has declared."""
    known = {each.table for each in declared}
    return [table.__tablename__ for table in tables if table not in known and _may_be_personal(table)]


def _may_be_personal(table: type[Any]) -> bool:
    columns = [column.name for column in table_of(table).columns]
    return not issubclass(table, Owned) or any(name in POINTERS or name.endswith("_by") for name in columns)


def about_person(connection: Connection, declared: Sequence[PersonalData], user: UUID) -> Rows:
    """Every row about a person, by table."""
    found: Rows = {}
    for each in declared:
        if each.by is not None:
            table = table_of(each.table)
            if rows := _read(connection, table, table.c[each.by] == user, each.secret):
                found[table.name] = rows
    return found


def of_account(
    connection: Connection, tables: Iterable[type[Any] | CoreTable], declared: Sequence[PersonalData], account: UUID
) -> Rows:
    """Every row that an account owns, by table."""
    secret = {each.table: each.secret for each in declared}
    found: Rows = {}
    for model in tables:
        if is_owned(model):
            table = table_of(model)
            if rows := _read(connection, table, table.c.account_id == account, secret.get(model, ())):
                found[table.name] = rows
    for each in declared:
        if each.of_account is not None:
            table = table_of(each.table)
            if rows := _read(connection, table, table.c[each.of_account] == account, each.secret):
                found[table.name] = rows
    return found


def erase_person(connection: Connection, declared: Sequence[PersonalData], user: UUID) -> None:
    """Delete or overwrite every row about a person that need not be kept."""
    for each in _children_first(declared):
        if each.by is None or each.erase == "keep":
            continue
        table = table_of(each.table)
        if each.erase == "row":
            connection.execute(delete(table).where(table.c[each.by] == user))
        else:
            connection.execute(update(table).where(table.c[each.by] == user).values(**cast(dict[str, Any], each.erase)))


def erase_account(
    connection: Connection, tables: Iterable[type[Any] | CoreTable], declared: Sequence[PersonalData], account: UUID
) -> None:
    """Delete every row that an account owns and that need not be kept."""
    for each in declared:
        if each.of_account is not None:
            outside = table_of(each.table)
            connection.execute(delete(outside).where(outside.c[each.of_account] == account))
    kept = {each.table for each in declared if each.erase == "keep"}
    owned = [model for model in tables if is_owned(model) and model not in kept]
    for table in sorted((table_of(model) for model in owned), key=_rank, reverse=True):
        connection.execute(delete(table).where(table.c.account_id == account))


def _children_first(declared: Sequence[PersonalData]) -> list[PersonalData]:
    return sorted(declared, key=lambda each: _rank(table_of(each.table)), reverse=True)


def _rank(table: CoreTable) -> tuple[bool, int]:
    """Parents first; tables of plugins that are not enabled stand last, as nobody refers to them."""
    return table.metadata is not Table.metadata, table.metadata.sorted_tables.index(table)


def table_of(model: type[Any] | CoreTable) -> CoreTable:
    """Of a mapped class; a table of a plugin that is not enabled has none (`db.known`)."""
    return model if isinstance(model, CoreTable) else cast(CoreTable, inspect(model).local_table)


def is_owned(model: type[Any] | CoreTable) -> bool:
    return bool(model.info["owned"]) if isinstance(model, CoreTable) else issubclass(model, Owned)


def _read(connection: Connection, table: CoreTable, condition: Any, secret: Sequence[str]) -> list[dict[str, Any]]:
    """Rows as they are written into the export: hashes and sealed values are left out."""
    columns = [
        column for column in table.columns if column.name not in secret and not isinstance(column.type, LargeBinary)
    ]
    return [msgspec.to_builtins(dict(row._mapping)) for row in connection.execute(select(*columns).where(condition))]
