"""Logins per second beside the bare hashing of as many threads, with shedding beyond that; and what knowing the caller
adds to a request's CPU time."""

from __future__ import annotations

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from maxbooster.auth.keys.service import create
from maxbooster.testing.people import PASSWORD, Person, make_person

from . import places
from .figures import Figure, Pace, alternately
from .load import Found, Order, generate
from .site import site

PEOPLE = 400
OVERLOAD = 2.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def measure(pace: Pace) -> list[Figure]:
    return [figure for found in places.databases("access") for figure in _on(*found, pace)]


def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    people, key = asyncio.run(_fill(url, data))
    with places.serving("bench.site:serve", BENCH_DATABASE=url, BENCH_DATA=str(data)) as (port, pid):
        return [*_logins(kind, port, people, pace), *_known(kind, port, pid, key, pace)]


async def _fill(url: str, data: Path) -> tuple[list[Person], str]:
    app = site(data, url)
    async with app.opened(upgrade=True):
        people = [await make_person(app, f"person{number}@example.org") for number in range(PEOPLE)]
        rights = frozenset({"bench.read"})
        key = await app.database.write(
            lambda connection: create(connection, people[0].account, rights, at=datetime.now(UTC))
        )
    return people, key


# Logins


def _logins(kind: str, port: int, people: list[Person], pace: Pace) -> list[Figure]:
    requests = [_login(number, person) for number, person in enumerate(people)]
    on = partial(_generated, port, requests)
    on(seconds=0.5)
    found = alternately(
        pace.rounds,
        {"logins": lambda: on(seconds=pace.seconds).must_be_good().good_per_s, "hashing": _hashing(pace.seconds)},
    )
    figures = [
        Figure(f"{kind}: logins", found["logins"], "/s", found["hashing"], 0.5, note="beside bare argon2id, all cores")
    ]
    rounds = []
    for _ in range(max(3, pace.rounds // 2)):
        saturation = on(seconds=pace.seconds / 2).good_per_s
        rounds.append((saturation, on(seconds=pace.seconds, connections=400, per_second=saturation * OVERLOAD)))
    saturation, over = sorted(rounds, key=lambda each: each[1].good_per_s / each[0])[len(rounds) // 2]
    note = f"p50 {over.p50_ms:.0f} ms, p99 {over.p99_ms:.0f} ms, {over.shed_share:.0%} refused with 503"
    return [
        *figures,
        Figure(f"{kind}: logins at {OVERLOAD:.0%} load", over.good_per_s, "/s", saturation, 0.7, note=note),
    ]


def _login(number: int, person: Person) -> tuple[str, ...]:
    """Each from an address of its own, so that no limit is met."""
    body = json.dumps({"email": person.email, "password": PASSWORD})
    return "/api/core/session", "", body, f"10.{number // 250}.{number % 250}.7"


def _generated(port: int, requests: list[tuple[str, ...]], **more: Any) -> Found:
    return generate(Order(port, requests, **more))


def _hashing(seconds: float) -> Any:
    """Verifications per second of argon2id itself, one thread on each core."""
    from maxbooster.auth.passwords import Cost, _hash, _verify

    cost = Cost()
    stored = _hash(PASSWORD, cost)

    def count(until: float) -> int:
        done = 0
        while perf_counter() < until:
            _verify(PASSWORD, stored, cost)
            done += 1
        return done

    def run() -> float:
        threads = os.cpu_count() or 1
        with ThreadPoolExecutor(threads) as pool:
            return sum(pool.map(count, [perf_counter() + seconds] * threads)) / seconds

    return run


# Knowing the caller


def _known(kind: str, port: int, pid: int, key: str, pace: Pace) -> list[Figure]:
    """CPU time of the server per request, the handler being the same and doing nothing."""
    ways = {"public": ("/api/bench/open", ""), "API key": ("/api/bench/known", key)}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(pace.rounds * 2):
        for name in list(ways)[:: 1 if turn % 2 == 0 else -1]:
            found[name].append(_cpu_us(port, pid, ways[name], pace.seconds / 2))
    public, known = (median(found[name]) for name in ways)
    note = "server's CPU time per request, beside a public one"
    return [Figure(f"{kind}: authenticated request", known, "µs", public, 1.15, at_most=True, note=note)]


def _cpu_us(port: int, pid: int, request: tuple[str, ...], seconds: float) -> float:
    before = _cpu_s(pid)
    found = generate(Order(port, [request], seconds)).must_be_good()
    return (_cpu_s(pid) - before) / sum(found.statuses.values()) * 1e6


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
