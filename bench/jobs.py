"""Draining a queue of jobs, beside arq alone doing nothing at all; and how soon a job starts after its commit."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from sqlalchemy import func, select

from maxbooster.app import App
from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.jobs import schedule
from maxbooster.jobs.models import DONE, JobRow
from maxbooster.jobs.worker import Worker
from maxbooster.observe import logs
from maxbooster.plugin import Job

from . import peer_queues, places, site
from .figures import Figure, Pace, Skipped, alternately, percentile

T = TypeVar("T")
KINDS: dict[str, tuple[Job, float]] = {
    "without effects": (site.nothing, 3.0),
    "one row by ctx.add": (site.adds, 1.0),
    "one row by ctx.write": (site.writes, 1.0),
}
SINGLE_JOBS = 200
WARM_UP_S = 4.0


def measure(pace: Pace) -> list[Figure]:
    redis = places.redis()
    figures = _throughput("SQLite", places.sqlite, redis, pace)
    with places.folder() as data:
        waits = _apart(_starts_alone, f"sqlite:///{data / 'bench.db'}", data)
        figures.append(_wait("one process, SQLite", waits))
    try:
        figures += _throughput("PostgreSQL", places.postgres, redis, pace)
        with places.folder() as data, places.postgres() as url:
            figures.append(_wait("two processes, PostgreSQL and Redis", _starts_across(url, data, redis)))
    except Skipped as reason:
        print(f"jobs on PostgreSQL skipped: {reason}")
    return figures


def _throughput(kind: str, database: Callable[[], Any], redis: str, pace: Pace) -> list[Figure]:
    measures: dict[str, Callable[[], float]] = {"arq": partial(_apart, peer_queues.arq, redis, pace.jobs)}
    for name, (job, _) in KINDS.items():
        measures[name] = partial(_on_fresh, database, job.name, pace.jobs)
    if kind == "PostgreSQL" and find_spec("pgqueuer") is not None:
        measures["pgqueuer"] = partial(_pgqueuer_on_fresh, pace.jobs)
    found = alternately(pace.rounds, measures)
    figures = [
        Figure(f"{kind}: jobs {name}", found[name], "/s", found["arq"], required, note="beside arq alone")
        for name, (_, required) in KINDS.items()
    ]
    if "pgqueuer" in found:
        ours = found["without effects"]
        figures.append(Figure(f"{kind}: jobs without effects", ours, "/s", found["pgqueuer"], note="beside pgqueuer"))
    return figures


def _wait(where: str, waits_ms: list[float]) -> Figure:
    p50, p99 = percentile(waits_ms, 0.5), percentile(waits_ms, 0.99)
    return Figure(f"commit → start, {where}", p50, "ms", note=f"p99 {p99:.1f} ms, of {len(waits_ms)} single jobs")


def _apart(function: Callable[..., T], *arguments: Any) -> T:
    """In a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


# Ours


def _on_fresh(database: Callable[[], Any], job: str, count: int) -> float:
    with places.folder() as data, database() as url:
        return _apart(_drain_ours, url, data, job, count)


def _drain_ours(url: str, data: Path, job: str, count: int) -> float:
    """Jobs per second, from the worker's start until all are durably done."""
    return uvloop.run(_drain(url, data, job, count))


async def _drain(url: str, data: Path, job: str, count: int) -> float:
    async with _opened(url, data) as app:
        await _queue(app, app.job(job), count)
        began = time.perf_counter()
        async with _working(app):
            await _until(lambda: len(site.STARTED) >= count)
        took = time.perf_counter() - began
        if (done := await _done(app)) != count:
            raise RuntimeError(f"{done} of {count} jobs are done")
    return count / took


@asynccontextmanager
async def _opened(url: str, data: Path, **settings: Any) -> AsyncIterator[App]:
    logs.configure(level="warning")
    app = site.site(data, url, **settings)
    async with app.opened(upgrade=True):
        yield app


@asynccontextmanager
async def _working(app: App) -> AsyncIterator[None]:
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    sweeping = asyncio.create_task(schedule.sweep(app))
    try:
        yield
    finally:
        worker.stop()
        await running
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


async def _queue(app: App, job: Job, count: int) -> None:
    caller = Identity(new_id(), None, frozenset({EVERYTHING}))
    for begin in range(0, count, 500):
        async with app.unit(caller) as ctx:
            for number in range(begin, min(begin + 500, count)):
                ctx.enqueue(job, number)


async def _until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110  what is waited for knows nothing of us
        await asyncio.sleep(0.002)


async def _done(app: App) -> int:
    counting = select(func.count()).where(JobRow.state == DONE, JobRow.name.startswith("bench."))
    return await app.database.read(lambda connection: connection.execute(counting).scalar_one())


def _pgqueuer_on_fresh(count: int) -> float:
    with places.postgres() as url:
        return _apart(peer_queues.pgqueuer, url, count)


# From commit to start


def _starts_alone(url: str, data: Path) -> list[float]:
    """Milliseconds, one job after the other, in the process that queued it."""
    return uvloop.run(_starts(url, data))


async def _starts(url: str, data: Path) -> list[float]:
    async with _opened(url, data) as app, _working(app):
        await asyncio.sleep(WARM_UP_S)
        committed = await _queue_singly(app, SINGLE_JOBS)
        return _waits(committed, site.STARTED)


async def _queue_singly(app: App, count: int) -> list[int]:
    committed = []
    for _ in range(count):
        await _queue(app, site.nothing, 1)
        committed.append(time.monotonic_ns())
        await asyncio.sleep(0.02)
    return committed


def _waits(committed: list[int], started: list[int]) -> list[float]:
    return [max(0, start - commit) / 1e6 for commit, start in zip(committed, started, strict=True)]


def _starts_across(url: str, data: Path, redis: str) -> list[float]:
    """Milliseconds, one job after the other, queued here and run by a worker process, which rings over Redis."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return uvloop.run(_queue_across(url, data, redis, process))


async def _queue_across(url: str, data: Path, redis: str, process: ProcessPoolExecutor) -> list[float]:
    async with _opened(url, data, redis=redis) as app:
        working = process.submit(_work, url, data, redis, SINGLE_JOBS + 1)
        await _queue(app, site.nothing, 1)
        await asyncio.sleep(WARM_UP_S)
        if await _done(app) != 1:
            raise RuntimeError("the worker process does not work")
        committed = await _queue_singly(app, SINGLE_JOBS)
        started = await asyncio.wrap_future(working)
    return _waits(committed, started[1:])


def _work(url: str, data: Path, redis: str, count: int) -> list[int]:
    return uvloop.run(_work_until(url, data, redis, count))


async def _work_until(url: str, data: Path, redis: str, count: int) -> list[int]:
    async with _opened(url, data, redis=redis) as app, _working(app):
        await _until(lambda: len(site.STARTED) >= count)
    return site.STARTED
