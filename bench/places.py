"""Where benchmarks run: fresh databases, Redis, and servers in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maxbooster.testing import services

from .figures import Skipped

ROOT = Path(__file__).parent.parent
RECORDINGS = "MAXBOOSTER_BENCH_RECORDINGS"
"""An environment variable that names a folder of recordings to master."""


@contextmanager
def folder() -> Iterator[Path]:
    """Beside the repository's own files, not in memory: durable writes are to reach a disk."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=ROOT) as name:
        yield Path(name)


def databases(suite: str) -> Iterator[tuple[str, str, Path]]:
    """Each kind of database in turn: what it is called, its URL, and a folder for data; one that is missing is told."""
    for kind, database in {"SQLite": sqlite, "PostgreSQL": postgres}.items():
        try:
            with folder() as data, database() as url:
                yield kind, url, data
        except Skipped as reason:
            print(f"{suite} on {kind} skipped: {reason}")


@contextmanager
def sqlite() -> Iterator[str]:
    """The URL of a database file."""
    with folder() as data:
        yield f"sqlite:///{data / 'bench.db'}"


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a fresh database.

    Raises:
        Skipped: there is no PostgreSQL.
    """
    try:
        server = services.postgres()
        url = services.create_database(server)
    except Exception as error:
        raise Skipped(f"no PostgreSQL: {error}") from error
    try:
        yield url
    finally:
        services.drop_database(server, url)


def redis() -> str:
    """The URL of an emptied Redis database.

    Raises:
        Skipped: there is no Redis.
    """
    import redis

    try:
        url = services.redis()
        redis.Redis.from_url(url).flushdb()
    except Exception as error:
        raise Skipped(f"no Redis: {error}") from error
    return url


@contextmanager
def server(factory: str, **environment: str) -> Iterator[int]:
    """`module:function` run by uvicorn, the same way for us and for the peers; gives its port."""
    with serving(factory, **environment) as (port, _):
        yield port


@contextmanager
def serving(factory: str, **environment: str) -> Iterator[tuple[int, int]]:
    """The same; gives its port and its process id."""
    port = services.free_port()
    options = ["--factory", "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", factory, *options, "--log-level", "warning"],
        cwd=ROOT,
        env=os.environ | environment,
    )
    try:
        services.wait_for_port(port, timeout_s=30)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()
