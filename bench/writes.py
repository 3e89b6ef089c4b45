"""Small durable writes on SQLite: 32 callers at a time, beside the raw driver doing the same."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import uvloop

from maxbooster.db.engine import Database
from maxbooster.db.types import new_id

from .figures import Figure, Pace, alternately
from .places import folder
from .site import add_note, make_tables, new_note

CALLERS = 32
PROCESSES = 3


def measure(pace: Pace) -> list[Figure]:
    with folder() as data:
        ours, raw = data / "ours.db", data / "raw.db"
        _create(ours)
        _create(raw)
        counts: list[int] = []
        found = alternately(
            pace.rounds,
            {
                "ours": lambda: _sum(counts, _by_database(ours, pace.seconds)) / pace.seconds,
                "raw": lambda: _by_driver(raw, pace.seconds) / pace.seconds,
            },
        )
        shares = _by_processes(ours, pace.seconds)
    return [
        Figure("durable writes, 32 callers", found["ours"], "/s", found["raw"], 0.35, note="beside raw group commit"),
        Figure(
            "most by one caller, beside the least", max(counts), "writes", min(counts), 1.5, at_most=True,
            note="no caller starves",
        ),
        Figure(
            "most by one of 3 processes, beside the least", max(shares), "writes", min(shares), 1.5, at_most=True,
            note=f"{sum(shares) / pace.seconds:,.0f} /s together",
        ),
    ]  # fmt: skip


def _create(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    make_tables(database.engine)
    asyncio.run(database.close())


def _sum(latest: list[int], counts: list[int]) -> int:
    latest[:] = counts
    return sum(counts)


def _by_database(path: Path, seconds: float, *, begin_at: float = 0.0) -> list[int]:
    """Writes by each caller within the time."""
    return uvloop.run(_callers(path, seconds, begin_at))


async def _callers(path: Path, seconds: float, begin_at: float) -> list[int]:
    from datetime import UTC, datetime

    database = Database(f"sqlite:///{path}")
    await asyncio.sleep(max(0.0, begin_at - time.time()))
    until = time.monotonic() + seconds

    async def caller() -> int:
        account, count = new_id(), 0
        while time.monotonic() < until:
            note = new_note(account, datetime.now(UTC))
            await database.write(lambda connection: add_note(connection, note))  # noqa: B023
            count += 1
        return count

    counts = await asyncio.gather(*(caller() for _ in range(CALLERS)))
    await database.close()
    return counts


def _by_driver(path: Path, seconds: float) -> int:
    """The limit: one thread, each queued caller's row inserted in one transaction, nothing else."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")
    accounts = [new_id().bytes for _ in range(CALLERS)]
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        connection.execute("BEGIN IMMEDIATE")
        for account in accounts:
            connection.execute(
                "INSERT INTO bench_note (account_id, id, title, body, plays, at) VALUES (?, ?, ?, ?, ?, ?)",
                (account, new_id().bytes, "A note", "some words " * 12, 0, time.time_ns() // 1000),
            )
        connection.execute("COMMIT")
        count += len(accounts)
    connection.close()
    return count


def _by_processes(path: Path, seconds: float) -> list[int]:
    begin_at = time.time() + 3.0
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as processes:
        running = [processes.submit(_share, path, seconds, begin_at) for _ in range(PROCESSES)]
        return [each.result() for each in running]


def _share(path: Path, seconds: float, begin_at: float) -> int:
    return sum(_by_database(path, seconds, begin_at=begin_at))
