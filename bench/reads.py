"""A bearer token and one row by its id over HTTP: ours on the fast path and through SQLAlchemy, beside the floor
(Litestar on the raw driver) and the usual way (FastAPI with the ORM)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from maxbooster.auth.keys.service import create
from maxbooster.db.types import new_id

from . import places
from .figures import Figure, Pace, alternately
from .load import Found, Order, generate
from .site import Note, new_note, site

ACCOUNTS = 20
NOTES = 10_000
ASKED = 2_000
"""Different requests, asked in turn."""
LEVELS = (0.5, 0.8, 1.5)


@dataclass
class Site:
    """A server, and what to ask it."""

    port: int
    requests: list[tuple[str, ...]]

    def saturated(self, seconds: float) -> float:
        """Good answers per second with 32 connections that never wait."""
        return generate(Order(self.port, self.requests, seconds)).must_be_good().good_per_s

    def paced(self, per_second: float, seconds: float) -> Found:
        return generate(Order(self.port, self.requests, seconds, connections=400, per_second=per_second))


def measure(pace: Pace) -> list[Figure]:
    return [figure for found in places.databases("reads") for figure in _on(*found, pace)]


def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    with _sites(url, data) as sites:
        for each in sites.values():
            each.saturated(0.5)
        measures = {name: partial(each.saturated, pace.seconds) for name, each in sites.items()}
        found = alternately(pace.rounds, measures)
        floor, usual, raw = found["bare Litestar"], found["FastAPI"], "beside Litestar on the raw driver"
        figures = [
            Figure(f"{kind}: row on the fast path", found["fast"], "/s", floor, 0.6, note=raw),
            Figure(f"{kind}: row by ctx.get", found["mapped"], "/s", floor, 0.35, note=raw),
            Figure(f"{kind}: row by ctx.get", found["mapped"], "/s", usual, 1.5, note="beside FastAPI, async ORM"),
            Figure(f"{kind}: row by ctx.first(select(…))", found["selected"], "/s", floor, note=raw),
            Figure(
                f"{kind}: row by ctx.first(select(…))",
                found["selected"],
                "/s",
                usual,
                1.5,
                note="beside FastAPI, async ORM",
            ),
        ]
        for name in ("fast", "mapped"):
            for level in LEVELS:
                figures += _under(f"{kind}: {name} at {level:.0%} load", sites[name], level, pace)
    return figures


def _under(name: str, on: Site, level: float, pace: Pace) -> list[Figure]:
    """Beyond saturation the good answers must not become fewer or late: what is too much is refused with 503."""
    rounds = []
    for _ in range(max(3, pace.rounds // 2)):
        saturation = on.saturated(pace.seconds / 2)
        rounds.append((saturation, on.paced(saturation * level, pace.seconds)))
    saturation, found = sorted(rounds, key=lambda each: each[1].good_per_s / each[0])[len(rounds) // 2]
    note = f"p50 {found.p50_ms:.1f} ms, p99 {found.p99_ms:.1f} ms, {found.shed_share:.0%} refused"
    required = 0.7 if level > 1 else None
    return [Figure(name, found.good_per_s, "/s", saturation, required, note=note)]


@contextmanager
def _sites(url: str, data: Path) -> Iterator[dict[str, Site]]:
    notes, tokens = asyncio.run(_fill(url, data))
    owners = {account: token for token, account in tokens.items()}
    asked = [(note["account_id"], note["id"]) for note in random.Random(1).sample(notes, ASKED)]
    peers_url = _fill_peer(url, data, notes, tokens)
    with ExitStack() as running:

        def serve(factory: str, database: str) -> int:
            return running.enter_context(places.server(factory, BENCH_DATABASE=database, BENCH_DATA=str(data)))

        ours = serve("bench.site:serve", url)
        floor = serve("bench.peer_litestar:serve", url)
        usual = serve("bench.peer_fastapi:serve", peers_url)
        yield {
            "fast": Site(ours, [(f"/api/bench/fast/{id}", owners[account]) for account, id in asked]),
            "mapped": Site(ours, [(f"/api/bench/mapped/{id}", owners[account]) for account, id in asked]),
            "selected": Site(ours, [(f"/api/bench/selected/{id}", owners[account]) for account, id in asked]),
            "bare Litestar": Site(floor, [(f"/{account}/{id}", "") for account, id in asked]),
            "FastAPI": Site(usual, [(f"/{id}", owners[account]) for account, id in asked]),
        }


async def _fill(url: str, data: Path) -> tuple[list[dict[str, Any]], dict[str, UUID]]:
    """Our tables, with notes and one token for each account."""
    app = site(data, url)
    async with app.opened(upgrade=True):
        accounts = [new_id() for _ in range(ACCOUNTS)]
        now = datetime.now(UTC)
        notes = [new_note(accounts[number % ACCOUNTS], now) for number in range(NOTES)]
        await app.database.transact(lambda connection: connection.execute(insert(Note), notes))
        rights = frozenset({"bench.read"})
        tokens = await app.database.transact(
            lambda connection: {create(connection, account, rights, at=now): account for account in accounts}
        )
    return notes, tokens


def _fill_peer(url: str, data: Path, notes: list[dict[str, Any]], tokens: dict[str, UUID]) -> str:
    from .peer_fastapi import fill

    peers_url = f"sqlite:///{data / 'peer.db'}" if url.startswith("sqlite") else url
    fill(peers_url, notes, tokens)
    return peers_url
