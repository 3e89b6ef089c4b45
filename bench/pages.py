"""A page of a list of a million rows, at its beginning, in its middle and near its end: an HTTP request's whole time,
one at a time. A page far down must take no longer than the first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from maxbooster.app import App
from maxbooster.auth.keys.service import create
from maxbooster.db.types import new_id
from maxbooster.paging import Order as ListOrder

from . import places
from .figures import Figure, Pace, alternately
from .load import Order, generate
from .site import Title, site

ROWS = 1_000_000
AT_ONCE = 20_000
BUDGET_MS = 20.0
SLOWER_AT_MOST = 1.5
PLACES = {"the first": 0.0, "in the middle": 0.5, "near the end": 0.999}


def measure(pace: Pace) -> list[Figure]:
    return [figure for found in places.databases("pages") for figure in _on(*found, pace)]


def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    token, names, ids = asyncio.run(_fill(url, data))
    figures = []
    with places.server("bench.site:serve", BENCH_DATABASE=url, BENCH_DATA=str(data)) as port:

        def took_ms(path: str) -> float:
            return generate(Order(port, [(path, token)], pace.seconds, connections=1)).must_be_good().p50_ms

        newest, named = ListOrder(Title.id.desc()), ListOrder(Title.name, Title.id)
        for title, path, order, keys in (
            ("newest first", "/api/bench/titles", newest, [(id,) for id in reversed(ids)]),
            ("by name", "/api/bench/titles/by-name", named, sorted(zip(names, ids, strict=True))),
        ):
            asked = {place: _address(path, order, keys, share) for place, share in PLACES.items()}
            found = alternately(pace.rounds, {place: partial(took_ms, at) for place, at in asked.items()})
            for place, ms in found.items():
                name = f"{kind}: page of 100 of a million, {title}, {place}"
                figures.append(Figure(name, ms, "ms", budget=BUDGET_MS, note="the whole request"))
            for place in list(PLACES)[1:]:
                name = f"{kind}: the same {place}, beside the first"
                figures.append(Figure(name, found[place], "ms", found["the first"], SLOWER_AT_MOST, at_most=True))
    return figures


def _address(path: str, order: ListOrder, keys: Sequence[Sequence[Any]], share: float) -> str:
    place = int(len(keys) * share)
    return f"{path}?limit=100" + (f"&cursor={order.cursor(keys[place - 1])}" if place else "")


async def _fill(url: str, data: Path) -> tuple[str, list[str], list[UUID]]:
    """A million rows of one account and as many of others, a token, and what they are called."""
    app = site(data, url)
    async with app.opened(upgrade=True):
        account, others = new_id(), [new_id() for _ in range(20)]
        await _add(app, [others[number % 20] for number in range(ROWS)])
        await _add(app, [account] * ROWS)
        rights, now = frozenset({"bench.read"}), datetime.now(UTC)
        token = await app.database.transact(lambda connection: create(connection, account, rights, at=now))
        mine = select(Title.name, Title.id).where(Title.account_id == account).order_by(Title.id)
        rows = await app.database.read(lambda connection: connection.execute(mine).all())
    return token, [row.name for row in rows], [row.id for row in rows]


async def _add(app: App, accounts: list[UUID]) -> None:
    for start in range(0, len(accounts), AT_ONCE):
        rows = [
            {"account_id": account, "id": new_id(), "name": f"Title {(number * 7919) % ROWS:07}"}
            for number, account in enumerate(accounts[start : start + AT_ONCE], start)
        ]
        await app.database.transact(lambda connection, rows=rows: connection.execute(insert(Title), rows))
