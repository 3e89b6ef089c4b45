"""Webhooks per second, signed, stored and queued, beside a bare Litestar POST that stores one row; and whether
five-fold repeats are handled once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from maxbooster.observe import logs
from maxbooster.plugin import signed_headers
from maxbooster.testing import drain
from maxbooster.testing.app import open_api

from . import places
from .figures import Figure, Pace, alternately
from .load import Order, generate
from .site import SECRET, Note, site

AT = "/api/core/webhooks/bench"
BODY = '{"type": "payout.changed", "data": "' + "x" * 900 + '"}'
MOST_PER_S = 6_000
"""So many different events are at hand."""
EVENTS, REPEATS = 500, 5
_numbers = count()


def measure(pace: Pace) -> list[Figure]:
    return [figure for found in places.databases("webhooks") for figure in _on(*found, pace)]


def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    handled = asyncio.run(_repeat(url, data))
    with (
        places.server("bench.site:serve", BENCH_DATABASE=url, BENCH_DATA=str(data)) as ours,
        places.server("bench.peer_webhooks:serve", BENCH_DATABASE=url) as bare,
    ):
        found = alternately(
            pace.rounds,
            {"ours": partial(_rate, ours, AT, pace.seconds), "bare": partial(_rate, bare, "/", pace.seconds)},
        )
    return [
        Figure(f"{kind}: webhooks", found["ours"], "/s", found["bare"], 0.5, note="beside a bare POST of one row"),
        Figure(f"{kind}: handled, repeated 5 times", handled, "events", EVENTS, 1.0, at_most=True, note="exactly once"),
    ]


def _rate(port: int, path: str, seconds: float) -> float:
    requests = [(path, "", BODY, "", _signature()) for _ in range(int(MOST_PER_S * seconds))]
    return generate(Order(port, requests, seconds)).must_be_good().good_per_s


def _signature() -> str:
    headers = signed_headers(f"evt_{next(_numbers)}", BODY.encode(), [SECRET], datetime.now(UTC))
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


async def _repeat(url: str, data: Path) -> float:
    """How many notes the handler has made of `EVENTS` events, each sent `REPEATS` times."""
    logs.configure(level="warning")
    app = site(data, url)
    async with app.opened(upgrade=True), open_api(app) as provider:
        order = [f"repeated_{number}" for number in range(EVENTS)] * REPEATS
        Random(1).shuffle(order)

        async def send(id: str) -> None:
            headers = signed_headers(id, BODY.encode(), [SECRET], datetime.now(UTC))
            (await provider.post(AT, content=BODY.encode(), headers=headers)).raise_for_status()

        for begin in range(0, len(order), 50):
            await asyncio.gather(*(send(id) for id in order[begin : begin + 50]))
        await drain(app, timeout_s=120)
        query = select(func.count()).select_from(Note)
        return float(await app.database.read(lambda connection: connection.execute(query).scalar_one()))
