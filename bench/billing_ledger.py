"""Postings into the ledger by 32 posters at a time, beside the bare writer adding one row each, on both databases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import uvloop

from maxbooster.db import migrate, new_id
from maxbooster.db.engine import Database
from maxbooster.plugins.registry import load
from maxbooster_billing.ledger.posting import Leg, Transaction, post

from .figures import Figure, Pace, Skipped, alternately
from .places import folder, postgres
from .site import add_note, make_tables, new_note

POSTERS = 32


def measure(pace: Pace) -> list[Figure]:
    with folder() as data:
        figures = [_postings("SQLite", f"sqlite:///{data / 'ledger.db'}", pace)]
    try:
        with postgres() as url:
            figures.append(_postings("PostgreSQL", url, pace))
    except Skipped as reason:
        print(f"PostgreSQL skipped: {reason}")
    return figures


def _postings(kind: str, url: str, pace: Pace) -> Figure:
    _prepare(url)
    uvloop.run(_rate(url, pace.seconds, _posting))
    _analyze(url)
    found = alternately(
        pace.rounds,
        {
            "postings": lambda: uvloop.run(_rate(url, pace.seconds, _posting)),
            "rows": lambda: uvloop.run(_rate(url, pace.seconds, _row)),
        },
    )
    name = f"{kind}: ledger postings, {POSTERS} posters"
    return Figure(
        name, found["postings"], "/s", found["rows"], 0.4, note="two legs each; beside the bare writer's rows"
    )


def _prepare(url: str) -> None:
    database = Database(url)
    migrate.upgrade(database, migrate.namespaces(load()))
    make_tables(database.engine)
    asyncio.run(database.close())


def _analyze(url: str) -> None:
    """What autovacuum does within a minute: without statistics PostgreSQL takes one index for another."""
    database = Database(url)
    with database.migrating() as connection:
        connection.exec_driver_sql("ANALYZE")
    asyncio.run(database.close())


Poster = Callable[[Database, UUID, int], Awaitable[object]]


async def _rate(url: str, seconds: float, act: Poster) -> float:
    """Durable acts per second, by posters each in a book of its own."""
    database = Database(url)
    until = time.monotonic() + seconds

    async def poster() -> int:
        book, done = new_id(), 0
        while time.monotonic() < until:
            await act(database, book, done)
            done += 1
        return done

    done = await asyncio.gather(*(poster() for _ in range(POSTERS)))
    await database.close()
    return sum(done) / seconds


async def _posting(database: Database, book: UUID, number: int) -> object:
    legs = (Leg("receivable", 125, "spotify"), Leg("payable", -125, "nova"))
    transaction = Transaction(key=f"sale:{number}", currency="EUR", legs=legs, memo="A sale")
    return await database.write(lambda connection: post(connection, book, transaction, datetime.now(UTC)))


async def _row(database: Database, book: UUID, number: int) -> object:
    note = new_note(book, datetime.now(UTC))
    return await database.write(lambda connection: add_note(connection, note))
