"""PostgreSQL and Redis for tests: from the environment, else at their usual ports, else started from local
binaries, else a sentence that says what was skipped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from pathlib import Path
from typing import Any, ClassVar, LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

Database = psycopg.Connection[tuple[Any, ...]]


class Missing(Exception):
    """The service is not there; the text says how to provide it."""


def postgres() -> str:
    """The URL of a server on which databases may be created.

    Raises:
        Missing: none was found and none could be started.
    """
    if url := os.environ.get("MAXBOOSTER_TEST_POSTGRES"):
        return url
    if _listens(5432):
        return "postgresql://postgres@127.0.0.1:5432/postgres"
    return _Started.get("postgres", _start_postgres)


def redis() -> str:
    """The URL of a Redis whose database 9 may be used.

    Raises:
        Missing: none was found and none could be started.
    """
    if url := os.environ.get("MAXBOOSTER_TEST_REDIS"):
        return url
    if _listens(6379):
        return "redis://127.0.0.1:6379/9"
    return _Started.get("redis", _start_redis)


def create_database(server: str, template: str | None = None) -> str:
    """A new PostgreSQL database, a copy of `template` if given; returns its URL."""
    name = f"mb_{uuid4().hex[:16]}"
    copied = f' TEMPLATE "{make_url(template).database}"' if template else ""
    _execute(server, f'CREATE DATABASE "{name}"{copied}')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, url: str) -> None:
    _execute(server, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


class Copies:
    """Databases that tests take in turn, each as its template was.

    What a test left behind is deleted while the next test uses another one: that is quicker by far than to make a copy.
    A database whose schema a test changed, or that somebody is still connected to, is dropped.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._seed = _Seed(template)
        self._beside = ThreadPoolExecutor(2, "copies")
        self._taken: dict[str, Database] = {}
        """By its URL a connection to each, by which it is made new again: that stays open, as a new one reads the whole
        catalog once more."""
        self._ready = deque([self._beside.submit(self._copy)])

    def take(self) -> str:
        if not self._ready:
            self._ready.append(self._beside.submit(self._copy))
        return self._ready.popleft().result()

    def give_back(self, url: str) -> None:
        self._ready.append(self._beside.submit(self._renew, url))

    def close(self) -> None:
        for ready in self._ready:
            self._drop(ready.result())
        self._beside.shutdown()

    def _copy(self) -> str:
        """It need not survive a power cut: no commit waits for the disk."""
        url = create_database(self._server, self._template)
        _execute(self._server, f'ALTER DATABASE "{make_url(url).database}" SET synchronous_commit = off')
        self._taken[url] = psycopg.connect(url, autocommit=True)
        self._taken[url].execute("SET session_replication_role = replica")
        return url

    def _renew(self, url: str) -> str:
        try:
            renewed = self._seed.restore(self._taken[url])
        except psycopg.OperationalError:
            renewed = False
        if renewed:
            return url
        self._drop(url)
        return self._copy()

    def _drop(self, url: str) -> None:
        self._taken.pop(url).close()
        drop_database(self._server, url)


class _Seed:
    """What a migrated database holds before anybody uses it: its schema, and the few rows that migrations wrote."""

    def __init__(self, template: str) -> None:
        with psycopg.connect(template) as connection:
            self._schema = _schema(connection)
            self._tables = [name for (name,) in connection.execute(_TABLES)]
            self._rows = {name: rows for name in self._tables if (rows := _copy_out(connection, name))}
            digests = {name: _one(connection, _digest(name)) for name in self._rows}
        changed = (_CHANGED.format(name=name, digest=_digest(name), seed=seed) for name, seed in digests.items())
        written = (_WRITTEN.format(name=name) for name in self._tables if name not in digests)
        self._other_than_seeded = " UNION ALL ".join([*changed, *written])

    def restore(self, connection: Database) -> bool:
        """Whether the database is as new again; if not, it is good for nothing more."""
        if _others(connection):
            return False
        with connection.transaction():
            self._drop_added(connection)
            if _schema(connection) != self._schema:
                return False
            other = [name for (name,) in connection.execute(self._other_than_seeded)]
            if other:
                connection.execute("; ".join(f'DELETE FROM "{name}"' for name in other))
            connection.execute(_SEQUENCES)
            for name in self._rows.keys() & set(other):
                with connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
                    copy.write(self._rows[name])
        return True

    def _drop_added(self, connection: Database) -> None:
        """Tables that a test made for itself: to make a whole database anew would take as long as some tests."""
        added = {name for (name,) in connection.execute(_TABLES)}.difference(self._tables)
        if added:
            named = sql.SQL(", ").join(map(sql.Identifier, sorted(added)))
            connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(named))


_WRITTEN = """SELECT '{name}' WHERE EXISTS (SELECT FROM "{name}")"""
_CHANGED = """SELECT '{name}' WHERE ({digest}) IS DISTINCT FROM '{seed}'"""
_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE last_value IS NOT NULL
"""


def _digest(table: LiteralString) -> LiteralString:
    return f"""SELECT md5(string_agg(each::text, ' ' ORDER BY each::text)) FROM "{table}" AS each"""


_TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_SCHEMA = """
    SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM (
        SELECT concat_ws(' ', oid, relname, relkind, relchecks) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', oid, tgname, tgenabled) FROM pg_trigger
        UNION ALL SELECT concat_ws(' ', oid, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', oid, conname) FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, attnotnull) FROM pg_attribute WHERE attrelid >= 16384
    ) AS lines (line)
"""  # noqa: E501


def _schema(connection: Database) -> str:
    return str(_one(connection, _SCHEMA))


def _others(connection: Database) -> int:
    """How many are still connected, once those that are leaving have left."""
    until = time.monotonic() + 1
    while (others := int(_one(connection, _OTHERS))) and time.monotonic() < until:
        time.sleep(0.002)
        connection.execute("SELECT pg_stat_clear_snapshot()")
    return others


def _one(connection: Database, query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _copy_out(connection: Database, table: str) -> bytes:
    with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(map(bytes, copy))


def _execute(server: str, statement: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, *, timeout_s: float = 20.0) -> None:
    """
    Raises:
        TimeoutError: nothing listens on loopback at `port` in time.
    """
    until = time.monotonic() + timeout_s
    while not _listens(port):
        if time.monotonic() > until:
            raise TimeoutError(f"nothing listens at 127.0.0.1:{port} after {timeout_s:g} s")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Started:
    """Servers that this process started; they end with it."""

    urls: ClassVar[dict[str, str]] = {}

    @classmethod
    def get(cls, name: str, start: Callable[[], str]) -> str:
        if name not in cls.urls:
            cls.urls[name] = start()
        return cls.urls[name]


def binary(name: str, *folders: str) -> str:
    """
    Raises:
        Missing: the program is not installed.
    """
    found = shutil.which(name) or next((path for folder in folders for path in glob(f"{folder}/{name}")), None)
    if found is None:
        raise Missing(f"{name} is neither running nor installed")
    return found


def _start_redis() -> str:
    import atexit

    port = free_port()
    program = binary("redis-server")
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    atexit.register(process.kill)
    wait_for_port(port)
    return f"redis://127.0.0.1:{port}/9"


def _start_postgres() -> str:
    import atexit

    cluster = PostgresCluster()
    cluster.start()
    atexit.register(cluster.remove)
    return cluster.url


class PostgresCluster:
    """A PostgreSQL of the tests' own, that may be killed.

    Raises:
        Missing: PostgreSQL's programs are not installed.
    """

    def __init__(self) -> None:
        folders = ("/usr/lib/postgresql/*/bin", "/usr/local/opt/postgresql*/bin")
        self._postgres = binary("postgres", *folders)
        initdb = binary("initdb", *folders[:1])
        self._folder = Path(tempfile.mkdtemp(prefix="maxbooster-pg-"))
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._as = [binary("runuser", "/usr/sbin", "/sbin"), "-u", "postgres", "--"]
            shutil.chown(self._folder, "postgres")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [*self._as, initdb, "-D", str(self._folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it (recovering, if it was killed) and wait until it answers."""
        self._process = subprocess.Popen(
            [
                *self._as,
                self._postgres,
                "-D",
                str(self._folder / "data"),
                "-p",
                str(self.port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                f"unix_socket_directories={self._folder}",
                "-c",
                "max_connections=200",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port)
        until = time.monotonic() + 30
        while True:
            try:
                _execute(self.url, "SELECT 1")
                return
            except Exception:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def kill(self) -> None:
        """kill -9 of the server and all its backends, as a power cut would."""
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        subprocess.run(["pkill", "-9", "-P", str(pid)], check=False)
        os.kill(pid, 9)
        if self._process is not None:
            self._process.wait()
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def remove(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
