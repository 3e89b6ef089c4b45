"""What the database itself says that it holds, read without mapped classes or migrations."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

VERSION_TABLE = "alembic_version_"
"""With a namespace behind it: the table that says which migration the namespace is at."""


def recorded(connection: Connection) -> dict[str, str]:
    """The version of every namespace that the database holds, whether its plugin is installed or not."""
    tables = [name for name in inspect(connection).get_table_names() if name.startswith(VERSION_TABLE)]
    if not tables:
        return {}
    each = (f"SELECT '{name.removeprefix(VERSION_TABLE)}', version_num FROM \"{name}\"" for name in tables)
    return {name: str(version) for name, version in connection.execute(text(" UNION ALL ".join(each)))}


def columns_of(connection: Connection) -> dict[str, set[str]]:
    """Table → its columns, of the whole database in one statement: at every start it is asked for."""
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(text(_COLUMNS[connection.dialect.name])):
        found.setdefault(table, set()).add(column)
    return found


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
