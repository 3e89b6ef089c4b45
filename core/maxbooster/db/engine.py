"""One database, SQLite or PostgreSQL, behind one face.

Statements run as synchronous SQLAlchemy on threads, one hop for a whole operation, because that is what the
measurements favor (docs/decisions/0002): reads in autocommit on reader threads, commits on committer threads,
hot small writes on the writer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from ..errors import NotReady, SettingsError
from . import guard, sqlite
from .fast import Prepared, fast_reader, read_only_url
from .urls import checked
from .writer import Bulk, Writer

T = TypeVar("T")


class Database:
    """Open it once per process; close it to end its threads.

    Raises:
        SettingsError: the URL is wrong or names another kind of database.
    """

    def __init__(self, url: str, *, threads: int = 4) -> None:
        self.url = checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.lock = sqlite.WriteLock(_lock_file(self.url)) if self.is_sqlite else sqlite.NoLock()
        self.engine = self._engine(begin="BEGIN IMMEDIATE", size=threads + 4)
        self.reading = self._engine(begin=None, size=threads, read_only=True)
        self.fast = fast_reader(self.engine, threads)
        self._readers = ThreadPoolExecutor(threads, "reader")
        self._committers = ThreadPoolExecutor(1 if self.is_sqlite else threads, "committer")
        self.writer = Writer(self.engine, self.lock)

    async def read(self, function: Callable[[Connection], T]) -> T:
        """Run a function of an autocommit connection on a reader thread; each statement sees the latest commit.

        The connection is read-only in the database itself.
        """

        def reading() -> T:
            with self.reading.connect() as connection:
                return function(connection)

        try:
            return await self.on_reader(reading)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self.on_reader(reading)

    async def fetch(self, prepared: Prepared, **given: Any) -> list[tuple[Any, ...]]:
        """Run a prepared look-up on the raw driver."""
        return await self.fast.fetch(prepared, given)

    async def write(self, function: Callable[[Connection], T] | None, bulk: Bulk = ()) -> T:
        """Run a hot small write, and what it shares with others in its batch; it is durable when this returns."""
        return await self.writer.run(function, bulk)

    async def transact(self, function: Callable[[Connection], T]) -> T:
        """Run a function in a transaction of its own on a committer thread; it is durable when this returns."""

        def transacting() -> T:
            with self.lock.held(), guard.writing(), self.engine.connect() as connection, connection.begin():
                return function(connection)

        return await self.on_committer(transacting)

    async def on_reader(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, function)

    async def on_committer(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._committers, copy_context().run, function)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """An autocommit connection of its own that may write, for a migration, which handles its transactions."""
        engine = self._engine(begin=None, size=1)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    async def ping(self) -> None:
        """
        Raises:
            NotReady: the database does not answer.
        """
        try:
            await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        except OperationalError as error:
            raise NotReady(f"The database does not answer: {error.orig}") from error

    async def close(self) -> None:
        await self.fast.close()
        await asyncio.to_thread(self.writer.close)
        self._readers.shutdown()
        self._committers.shutdown()
        self.engine.dispose()
        self.reading.dispose()
        self.lock.close()

    def _engine(self, *, begin: str | None, size: int, read_only: bool = False) -> Engine:
        common: dict[str, Any] = {"poolclass": QueuePool, "pool_size": size, "max_overflow": 4, "hide_parameters": True}
        if self.is_sqlite:
            engine = create_engine(self.url, connect_args={"check_same_thread": False}, **common)
            sqlite.prepare(engine, begin=begin, read_only=read_only)
            return engine
        if begin is None:
            url = read_only_url(self.url) if read_only else self.url
            return create_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **common)
        return create_engine(self.url, pool_pre_ping=True, **common)


def _lock_file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise SettingsError("SQLite needs a file: several processes share it.", field="core.database")
    path = Path(url.database).resolve()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock")
        lock.touch(mode=0o600)
        return lock
    except OSError as error:
        raise SettingsError(
            f"The folder {path.parent} cannot be written ({error.strerror}); choose another with MAXBOOSTER_DATA.",
            field="core.data",
        ) from error
