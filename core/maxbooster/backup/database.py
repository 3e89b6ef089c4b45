"""Snapshots of the database, and their way back: SQLite's online backup, PostgreSQL's pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from ..db.urls import checked
from ..errors import Conflict, NotReady
from .disk import copy_file
from .manifest import BackupDamaged, DatabaseKind


def kind_of(url: str) -> DatabaseKind:
    return "sqlite" if make_url(url).get_backend_name() == "sqlite" else "postgresql"


class Snapshot(NamedTuple):
    connection: Connection
    """It reads the snapshot alone."""
    write: Callable[[], None]
    """Make sure that the file is there."""


@contextmanager
def snapshot(url: str, into: Path) -> Iterator[Snapshot]:
    """A consistent snapshot, to be written into a file, while the platform goes on writing.

    Raises:
        NotReady: the database does not answer, or a program of PostgreSQL is missing or failed.
    """
    taking = _sqlite_snapshot if kind_of(url) == "sqlite" else _postgresql_snapshot
    with taking(url, into) as taken:
        yield taken


def restore(url: str, dump: Path) -> None:
    """Fill an empty database from a snapshot, in one step: an interrupted restore leaves it empty.

    Raises:
        BackupDamaged: the snapshot is not what it should be.
        NotReady: the database or a program of PostgreSQL failed.
    """
    if kind_of(url) == "sqlite":
        _restore_sqlite(Path(str(make_url(url).database)), dump)
    else:
        _run_postgresql(url, "pg_restore", ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
                                            str(dump)])  # fmt: skip


def refuse_unless_empty(url: str) -> None:
    """
    Raises:
        Conflict: there are tables.
        NotReady: the database does not answer.
    """
    at = make_url(url)
    if kind_of(url) == "sqlite" and not Path(str(at.database)).exists():
        return
    try:
        with reading(url) as connection:
            tables = inspect(connection).get_table_names()
    except OperationalError as error:
        raise NotReady(f"The database {at.render_as_string()} cannot be used: {error.orig}") from error
    if tables:
        raise Conflict(
            f"The database {at.render_as_string()} isn't empty; it has {len(tables)} tables. A backup is restored into"
            " an empty one: set MAXBOOSTER_DATABASE or MAXBOOSTER_DATA to a new place."
        )


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection of its own, beside the platform's."""
    engine = create_engine(checked(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _sqlite_snapshot(url: str, into: Path) -> Iterator[Snapshot]:
    path = Path(str(make_url(url).database))
    if not path.exists():
        raise NotReady(f"There is no database at {path}; nothing can be backed up.")
    at = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(at, uri=True)) as source, closing(sqlite3.connect(into)) as copy:
        try:
            source.backup(copy)  # in one step, so that writers don't make it start again
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        except sqlite3.OperationalError as error:
            raise NotReady(
                f"The snapshot of the database can't be written to {into.parent.parent}: {error}. Free some space on"
                " that disk."
            ) from error
        _refuse_damaged(copy, f"The database {path}")
    with reading(f"sqlite:///{into}") as connection:
        yield Snapshot(connection, lambda: None)


def _refuse_damaged(database: sqlite3.Connection, name: str) -> None:
    try:
        found = [row[0] for row in database.execute("PRAGMA quick_check(1)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise BackupDamaged(f"{name} is damaged: {found[0]}.")


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


@contextmanager
def _postgresql_snapshot(url: str, into: Path) -> Iterator[Snapshot]:
    """It is written at the end: what may be deleted in the meantime is copied first."""
    with reading(url) as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            exported = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={exported}", f"--file={into}"]
            yield Snapshot(connection, lambda: _run_postgresql(url, "pg_dump", options))


def _run_postgresql(url: str, program: str, options: Sequence[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise NotReady(
            f"{program} is not installed. Install PostgreSQL's client programs (the package postgresql-client), of the"
            " server's version or newer."
        )
    at = make_url(url)
    password = {"PGPASSWORD": at.password} if at.password else {}  # not among the arguments, which everybody sees
    done = subprocess.run(
        [found, f"--dbname={_without_password(at)}", *options],
        env=os.environ | password,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotReady(f"{program} failed: {said[0] if said else f'exit status {done.returncode}'}.")


def _without_password(url: URL) -> str:
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string(hide_password=False)
