"""Group commit: many small writes in one COMMIT, by one thread (design: Data).

A hot small write is a synchronous function of a Core `Connection`. It never awaits. On SQLite each runs in
its savepoint; on PostgreSQL, where a savepoint costs two round trips, a failing function rolls the batch
back. In both, whatever spoils a batch (a failing function, a failing COMMIT) makes it be replayed one by
one, so a function may run twice but takes effect once, and its neighbors are unharmed.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, insert
from sqlalchemy.exc import DBAPIError

from . import guard
from .sqlite import NoLock, WriteLock

T = TypeVar("T")
BATCH = 256
"""With more than that at hand, the next commit takes the rest."""


@dataclass(frozen=True, eq=False)
class Step:
    """What is done once for everybody in a batch: `run(connection, items of all writes)`. Lower `rank` first.

    If it raises, the batch is replayed one by one, so it hits only the write that is to blame.
    """

    rank: float
    run: Callable[[Connection, list[Any]], None]


Bulk = Sequence[tuple[Step, list[Any]]]


def inserting(rank: float, table: type[Any] | Table) -> Step:
    """The step that inserts rows, given as dicts of column values."""
    statement = insert(table)

    def run(connection: Connection, rows: list[dict[str, Any]]) -> None:
        connection.execute(statement, rows)

    return Step(rank, run)


def run_steps(connection: Connection, bulks: Iterable[Bulk]) -> None:
    steps: dict[Step, list[Any]] = {}
    for step, items in (each for bulk in bulks for each in bulk):
        steps.setdefault(step, []).extend(items)
    for step in sorted(steps, key=lambda each: each.rank):
        step.run(connection, steps[step])


@dataclass(slots=True)
class _Write:
    function: Callable[[Connection], Any] | None
    bulk: Bulk
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    value: Any = None
    error: BaseException | None = None

    def act(self, connection: Connection) -> None:
        self.value, self.error = self.function(connection) if self.function is not None else None, None


class _OutcomeUnknown(Exception):
    """The connection was lost during COMMIT: it may have happened, so the batch must not be replayed."""


class Writer:
    """One thread and one connection. `run` resolves after the COMMIT that made its function durable."""

    def __init__(self, engine: Engine, lock: WriteLock | NoLock, name: str = "writer") -> None:
        self._engine = engine
        self._lock = lock
        self._savepoints = engine.dialect.name == "sqlite"
        self._queue: queue.SimpleQueue[list[_Write] | None] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Write]] = {}
        """What came in this turn of an event loop: it goes to the thread together, which then makes fewer commits."""
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, function: Callable[[Connection], T] | None, bulk: Bulk = ()) -> T:
        loop = asyncio.get_running_loop()
        write = _Write(function, bulk, loop, loop.create_future())
        if (gathered := self._gathered.get(loop)) is not None:
            gathered.append(write)
        else:
            self._gathered[loop] = [write]
            loop.call_soon(self._hand_over, loop)
        return await write.future  # type: ignore[no-any-return]

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        gathered = self._gathered.pop(loop, [])
        for begin in range(0, len(gathered), BATCH):
            self._queue.put(gathered[begin : begin + BATCH])

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        for loop in list(self._gathered):
            self._hand_over(loop)
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            with guard.writing():
                self._commit(batch)
            _resolve(batch)
        if self._connection is not None:
            self._connection.close()

    def _next_batch(self) -> list[_Write] | None:
        batch = self._queue.get()
        if batch is None:
            return None
        while len(batch) < BATCH:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._queue.put(None)
                break
            batch += following
        return batch

    def _commit(self, batch: list[_Write]) -> None:
        try:
            self._together(batch)
        except _OutcomeUnknown as unknown:
            self._abandon()
            for write in batch:
                write.error = unknown.__cause__
        except BaseException as error:
            if len(batch) == 1 and not _disconnected(error):
                batch[0].error = error
                return
            self._abandon()
            for write in batch:
                self._alone(write)

    def _alone(self, write: _Write) -> None:
        try:
            self._together([write])
        except BaseException as error:
            self._abandon()
            write.error = error.__cause__ if isinstance(error, _OutcomeUnknown) else error

    def _together(self, batch: list[_Write]) -> None:
        with self._lock.held():
            connection = self._connect()
            transaction = connection.begin()
            try:
                if self._savepoints and len(batch) > 1:
                    self._in_savepoints(connection, batch)
                else:
                    for write in batch:
                        write.act(connection)
                run_steps(connection, (write.bulk for write in batch if write.error is None))
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise _OutcomeUnknown from error
                raise

    def _in_savepoints(self, connection: Connection, batch: list[_Write]) -> None:
        execute = connection.connection.dbapi_connection.execute  # type: ignore[union-attr]
        for write in batch:
            if write.function is None:
                write.error = None
                continue
            execute("SAVEPOINT w")
            try:
                write.act(connection)
            except Exception as error:
                write.error = error
                execute("ROLLBACK TO w")
            execute("RELEASE w")

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._engine.connect()
        return self._connection

    def _abandon(self) -> None:
        """After a failure the connection's state is not trusted: the next batch gets a fresh one."""
        if self._connection is not None:
            try:
                self._connection.invalidate()
            finally:
                self._connection.close()
                self._connection = None


def _disconnected(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _resolve(batch: list[_Write]) -> None:
    """Tell every waiting task, with one call into each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Write]] = {}
    for write in batch:
        loops.setdefault(write.loop, []).append(write)
    for loop, writes in loops.items():
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(_tell, writes)


def _tell(writes: list[_Write]) -> None:
    for write in writes:
        if write.future.done():
            continue
        if write.error is not None:
            write.future.set_exception(write.error)
        else:
            write.future.set_result(write.value)
