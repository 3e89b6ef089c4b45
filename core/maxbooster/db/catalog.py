"""What the database itself says that it holds, read without mapped classes or migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION_TABLE = "alembic_version_"
"""With a namespace behind it: the table that says which migration the namespace is at."""

Rows = Callable[[str], Iterable[Sequence[Any]]]
"""The rows of a statement, by a bare driver or by SQLAlchemy's `exec_driver_sql`."""


def recorded(rows: Rows, kind: str) -> dict[str, str]:
    """The version of every namespace that the database holds, whether its plugin is installed or not."""
    tables = [name for name in tables_of(rows, kind) if name.startswith(VERSION_TABLE)]
    if not tables:
        return {}
    each = (f"SELECT '{name.removeprefix(VERSION_TABLE)}', version_num FROM \"{name}\"" for name in tables)
    return {name: str(version) for name, version in rows(" UNION ALL ".join(each))}


def tables_of(rows: Rows, kind: str) -> list[str]:
    return [name for (name,) in rows(_TABLES[kind])]


def columns_of(connection: Connection) -> dict[str, set[str]]:
    """Table → its columns, of the whole database in one statement: at every start it is asked for."""
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(_COLUMNS[connection.dialect.name]):
        found.setdefault(table, set()).add(column)
    return found


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name",
    "postgresql": """
        SELECT relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
    """,
}
_COLUMNS = {
    "sqlite": """
        SELECT named.name, columns.name FROM sqlite_master AS named, pragma_table_info(named.name) AS columns
        WHERE named.type = 'table'
    """,
    "postgresql": """
        SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND attnum > 0 AND NOT attisdropped
    """,
}
