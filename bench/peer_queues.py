"""Other queues draining jobs that do nothing: jobs per second, from the worker's start until none is left."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import uvloop


def arq(redis_url: str, count: int) -> float:
    """arq alone, at its quickest: results not kept, hardly a pause between polls, many at a time."""
    logging.getLogger("arq").setLevel(logging.WARNING)
    return uvloop.run(_arq(redis_url, count))


async def _arq(redis_url: str, count: int) -> float:
    from arq import Worker, create_pool, func
    from arq.connections import RedisSettings

    settings = RedisSettings.from_dsn(redis_url)
    pool = await create_pool(settings)
    await pool.flushdb()
    for number in range(count):
        await pool.enqueue_job("nothing", number)

    async def nothing(_: Any, number: int) -> None: ...

    functions = [func(nothing, name="nothing", keep_result=0)]  # type: ignore[arg-type]
    worker = Worker(
        functions, redis_settings=settings, burst=True, max_jobs=100, poll_delay=0.001, handle_signals=False
    )
    began = time.perf_counter()
    await worker.main()
    took = time.perf_counter() - began
    await worker.close()
    await pool.aclose()
    return _per_second("arq", count, worker.jobs_complete, took)


def pgqueuer(database_url: str, count: int) -> float:
    return asyncio.run(_pgqueuer(database_url, count))


async def _pgqueuer(database_url: str, count: int) -> float:
    """Until the last job ran: how long it waits to be sure that none is left does not count."""
    from pgqueuer import PgQueuer  # type: ignore[import-not-found]
    from pgqueuer.db import PsycopgDriver  # type: ignore[import-not-found]
    from pgqueuer.queries import Queries  # type: ignore[import-not-found]
    from pgqueuer.types import QueueExecutionMode  # type: ignore[import-not-found]
    from psycopg import AsyncConnection

    ended: list[float] = []
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        queries = Queries(PsycopgDriver(connection))
        await queries.install()
        await queries.enqueue(["nothing"] * count, [None] * count, [0] * count)
        queue = PgQueuer(PsycopgDriver(connection))

        @queue.entrypoint("nothing")  # type: ignore[untyped-decorator]
        async def nothing(_: Any) -> None:
            ended.append(time.perf_counter())

        began = time.perf_counter()
        await queue.run(batch_size=100, mode=QueueExecutionMode.drain)
    return _per_second("pgqueuer", count, len(ended), ended[-1] - began)


def _per_second(name: str, count: int, done: int, took: float) -> float:
    if done != count:
        raise RuntimeError(f"{name} did {done} of {count} jobs")
    return count / took
