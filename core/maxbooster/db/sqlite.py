"""What makes SQLite safe and fair with many readers and one writer at a time.

Order of a writer: the fair lock of this process, the `flock` between processes, `BEGIN IMMEDIATE`. A
deferred `BEGIN` that reads and then writes fails under load whatever the busy timeout.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, event

from ..observe.logs import log

HOLD_WARNING_S = 0.05
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "cache_size=-16000")


def prepare(engine: Engine, *, begin: str | None, read_only: bool) -> None:
    """Set pragmas on each new connection, and emit `begin` where SQLAlchemy thinks that a transaction begins.

    The driver's own implicit BEGIN is switched off. `begin=None` leaves the connection in autocommit.
    """

    @event.listens_for(engine, "connect")
    def _connected(dbapi: Any, _: Any) -> None:
        dbapi.isolation_level = None
        for pragma in _PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")
        if dbapi.execute("PRAGMA foreign_keys").fetchone() != (1,):
            raise RuntimeError("This SQLite was built without foreign keys; use another build.")
        if read_only:
            dbapi.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        if begin:
            connection.exec_driver_sql(begin)


class WriteLock:
    """First come, first served between the threads and tasks of a process, then `flock` between processes."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[Future[None]] = deque()
        self._since = 0.0

    def acquire(self) -> None:
        """Block until the lock is ours. Call it off the event loop."""
        with self._guard:
            if not self._held:
                self._held = True
                turn = None
            else:
                turn = Future[None]()
                self._waiting.append(turn)
        if turn is not None:
            turn.result()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._pass_on()
            raise
        self._since = perf_counter()

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._pass_on()

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set_result(None)
            else:
                self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """For a write of the running platform: a hold over 50 ms is logged, because everybody waits for it."""
        with self.alone():
            yield
            held_s = perf_counter() - self._since
        if held_s > HOLD_WARNING_S:
            log.warning("database.long_write", held_ms=round(held_s * 1000, 1))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For work that may take its time: migrations."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def close(self) -> None:
        os.close(self._file)


class NoLock:
    """PostgreSQL locks rows, not the database."""

    def acquire(self) -> None: ...

    def release(self) -> None: ...

    @contextmanager
    def held(self) -> Iterator[None]:
        yield

    alone = held

    def close(self) -> None: ...
