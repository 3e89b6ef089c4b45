"""The fast path: a statement compiled once and run on the raw driver.

For what every request does (who is this? which row?), SQLAlchemy costs two to four times the query itself.
On SQLite it runs inline, without a thread's hop, so a `Prepared` must be a look-up by key that returns few rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, Insert, Select


class Prepared:
    """A `select()` with `bindparam`s, to be run by `Database.fast`; rows come back as plain tuples."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, dialect: Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self.statement, dialect)
        return self._compiled[dialect.name]


class PreparedInsert:
    """An `insert()` for each dialect, compiled once; for many rows of few columns, as a step of the writer."""

    def __init__(self, statements: Mapping[str, Insert]) -> None:
        self._statements = statements
        self._compiled: dict[str, _Bound] = {}

    def run(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Bound(self._statements[dialect.name], dialect)
        compiled = self._compiled[dialect.name]
        connection.exec_driver_sql(compiled.sql, [compiled.bind(row) for row in rows])


class _Bound:
    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._names: Sequence[str] | None = compiled.positiontup
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._binds = {
            name: processor
            for name, bind in compiled.binds.items()
            if (processor := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }

    def bind(self, given: dict[str, Any]) -> Any:
        values = self._fixed | given
        for name, processor in self._binds.items():
            values[name] = processor(values[name])
        return tuple([values[name] for name in self._names]) if self._names is not None else values


class _Compiled(_Bound):
    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._results = [
            (index, processor)
            for index, column in enumerate(statement.selected_columns)
            if (processor := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def read(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        return [self._row(list(row)) for row in rows]

    def _row(self, row: list[Any]) -> tuple[Any, ...]:
        for index, processor in self._results:
            row[index] = processor(row[index])
        return tuple(row)


class SqliteFast:
    """One read-only connection, used from the event loop's thread alone."""

    def __init__(self, path: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        self._connection.execute("PRAGMA query_only=ON")
        self._connection.execute("PRAGMA busy_timeout=10000")

    async def fetch(self, prepared: Prepared, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        compiled = prepared.compiled(self._dialect)
        return compiled.read(self._connection.execute(compiled.sql, compiled.bind(given)).fetchall())

    async def close(self) -> None:
        self._connection.close()


class PostgresFast:
    """A small psycopg pool in autocommit; psycopg prepares what is run often."""

    def __init__(self, conninfo: str, dialect: Dialect, size: int) -> None:
        self._dialect = dialect
        self._conninfo = conninfo
        self._size = size
        self._pool: Any = None

    async def fetch(self, prepared: Prepared, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        if self._pool is None:
            await self._open()
        compiled = prepared.compiled(self._dialect)
        async with self._pool.connection() as connection:
            cursor = await connection.execute(compiled.sql, compiled.bind(given))
            return compiled.read(await cursor.fetchall())

    async def _open(self) -> None:
        from psycopg_pool import AsyncConnectionPool

        self._pool = AsyncConnectionPool(
            self._conninfo, min_size=1, max_size=self._size, kwargs={"autocommit": True}, open=False
        )
        await self._pool.open()

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()


Fast = SqliteFast | PostgresFast


def fast_reader(engine: Engine, size: int) -> Fast:
    if engine.dialect.name == "sqlite":
        return SqliteFast(str(engine.url.database), engine.dialect)
    url = read_only_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresFast(url.replace("+", "%20"), engine.dialect, size)  # libpq reads a space only so


def read_only_url(url: URL) -> URL:
    """The same PostgreSQL database, where every transaction of the session only reads."""
    given = url.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    return url.update_query_dict({"options": f"{options} -cdefault_transaction_read_only=on".strip()})
