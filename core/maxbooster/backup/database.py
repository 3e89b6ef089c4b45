"""Snapshots of the database, and their way back: SQLite's online backup, PostgreSQL's pg_dump and pg_restore.

By the drivers alone: importing SQLAlchemy takes longer than a daily backup has to copy.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..db.catalog import Rows, recorded, tables_of
from ..db.urls import CONNECT_S
from ..errors import Conflict, NotReady
from .address import Address, DatabaseKind, address
from .blobs import BackedUpBlob, named_by
from .disk import copy_file
from .manifest import BackupDamaged

if TYPE_CHECKING:
    from psycopg import Connection


class Snapshot(NamedTuple):
    blobs: list[BackedUpBlob]
    """Those that it names."""
    revisions: dict[str, str]
    """The migration that each plugin's tables are at."""


@asynccontextmanager
async def snapshot(url: str, into: Path) -> AsyncIterator[Snapshot]:
    """A consistent snapshot, while the platform goes on writing. Its file is written while the block runs, and is
    whole after it.

    Raises:
        BackupDamaged: the database is damaged.
        NotReady: the database does not answer, or a program of PostgreSQL is missing or failed.
    """
    at = address(url)
    taking = _sqlite_snapshot(at.file, into) if at.kind == "sqlite" else _postgresql_snapshot(at, into)
    taken = await asyncio.to_thread(next, taking)
    writing = asyncio.create_task(asyncio.to_thread(next, taking, None))
    try:
        yield taken
    finally:
        await asyncio.gather(writing, return_exceptions=True)
    writing.result()


def _snapshot_of(rows: Rows, kind: DatabaseKind) -> Snapshot:
    return Snapshot(list(named_by(rows)), recorded(rows, kind))


def restore(url: str, dump: Path) -> None:
    """Fill an empty database from a snapshot, in one step: an interrupted restore leaves it empty.

    Raises:
        BackupDamaged: the snapshot is not what it should be.
        NotReady: the database or a program of PostgreSQL failed.
    """
    at = address(url)
    if at.kind == "sqlite":
        _restore_sqlite(at.file, dump)
    else:
        _run_postgresql(at, "pg_restore", ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
                                           str(dump)])  # fmt: skip


def refuse_unless_empty(url: str) -> None:
    """
    Raises:
        Conflict: there are tables.
        NotReady: the database does not answer.
    """
    at = address(url)
    if at.kind == "sqlite" and not at.file.exists():
        return
    with reading(url) as rows:
        tables = tables_of(rows, at.kind)
    if tables:
        raise Conflict(
            f"The database {at} isn't empty; it has {len(tables)} tables. A backup is restored into an empty one: set"
            " MAXBOOSTER_DATABASE or MAXBOOSTER_DATA to a new place."
        )


@contextmanager
def reading(url: str) -> Iterator[Rows]:
    """A connection of its own, beside the platform's.

    Raises:
        NotReady: the database does not answer.
    """
    at = address(url)
    if at.kind == "sqlite":
        with closing(_opened(at.file)) as file:
            yield file.execute
    else:
        with _connected(at) as connection:
            yield connection.cursor().stream


def _opened(file: Path) -> sqlite3.Connection:
    if not file.exists():
        raise NotReady(f"There is no database at {file}; nothing can be backed up.")
    return sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )


def _sqlite_snapshot(file: Path, into: Path) -> Iterator[Snapshot]:
    with closing(_opened(file)) as source:
        source.execute("BEGIN")  # what is read, and then copied, is one state
        try:
            yield _snapshot_of(source.execute, "sqlite")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise _damaged(f"The database {file}", str(error)) from error
        _copy_sqlite(source, into)
    with closing(sqlite3.connect(into)) as copy:
        _refuse_damaged(copy, f"The database {file}")


def _copy_sqlite(source: sqlite3.Connection, into: Path) -> None:
    with closing(sqlite3.connect(into)) as copy:
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        except sqlite3.OperationalError as error:
            raise NotReady(
                f"The snapshot of the database can't be written to {into.parent.parent}: {error}. Free some space on"
                " that disk."
            ) from error


def _refuse_damaged(database: sqlite3.Connection, name: str) -> None:
    try:
        found = [row[0] for row in database.execute("PRAGMA quick_check(1)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise _damaged(name, found[0])


def _damaged(name: str, found: str) -> BackupDamaged:
    return BackupDamaged(f"{name} is damaged: {found}.")


def check_dump(kind: DatabaseKind, dump: Path, name: str) -> None:
    """
    Raises:
        BackupDamaged: it is no whole SQLite database, or no archive of pg_dump.
    """
    if kind == "sqlite":
        with closing(sqlite3.connect(dump)) as database:
            _refuse_damaged(database, name)
        return
    with dump.open("rb") as file:
        begins = file.read(5)
    if begins != b"PGDMP":
        raise BackupDamaged(f"{name} isn't an archive of pg_dump.")


def _restore_sqlite(path: Path, dump: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    copy_file(dump, path)


def _postgresql_snapshot(at: Address, into: Path) -> Iterator[Snapshot]:
    from psycopg import IsolationLevel

    with _connected(at) as connection:
        connection.autocommit = False
        connection.read_only, connection.isolation_level = True, IsolationLevel.REPEATABLE_READ
        [[exported]] = connection.execute("SELECT pg_export_snapshot()")
        yield _snapshot_of(connection.cursor().stream, "postgresql")
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={exported}", f"--file={into}"]
        _run_postgresql(at, "pg_dump", options)


def _connected(at: Address) -> Connection:
    """
    Raises:
        NotReady: it does not answer.
    """
    import psycopg

    try:
        return psycopg.connect(_conninfo(at, password=at.password), autocommit=True)
    except psycopg.OperationalError as error:
        raise NotReady(f"The database {at} cannot be used: {str(error).strip()}.") from error


def _run_postgresql(at: Address, program: str, options: Sequence[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise NotReady(
            f"{program} is not installed. Install PostgreSQL's client programs (the package postgresql-client), of the"
            " server's version or newer."
        )
    password = {"PGPASSWORD": at.password} if at.password else {}  # not among the arguments, which everybody sees
    done = subprocess.run(
        [found, f"--dbname={_conninfo(at)}", *options],
        env=os.environ | password,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotReady(f"{program} failed: {said[0] if said else f'exit status {done.returncode}'}.")


def _conninfo(at: Address, **further: str) -> str:
    from psycopg.conninfo import make_conninfo

    return make_conninfo(dbname=at.name, **{"connect_timeout": str(CONNECT_S)} | at.server | further)
