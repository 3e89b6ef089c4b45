"""Keys of jobs: what is queued once, and what runs one after the other."""

from __future__ import annotations

import asyncio

import pytest

from maxbooster.jobs import job
from maxbooster.jobs.worker import Worker
from maxbooster.testing import drain

from .test_jobs import Log, declare


async def test_once_is_once(app, account):
    log = Log()

    @job("test.once")
    async def only(ctx, which: int) -> None:
        log.ran.append(which)

    declare(app, only)
    for which in (1, 2):
        async with app.unit(account) as ctx:
            ctx.enqueue(only, which, once="release 7, revision 1")
    await drain(app)
    assert log.ran == [1]


@pytest.mark.parametrize("limit", [1, 3, 16])
async def test_jobs_with_one_key_keep_their_order_and_their_limit(app, account, limit):
    started, under_way, most = [], 0, 0

    @job("test.keyed", per_key=limit)
    async def keyed(ctx, number: int) -> None:
        nonlocal under_way, most
        started.append(number)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1

    declare(app, keyed)
    async with app.unit(account) as ctx:
        for number in range(40):
            ctx.enqueue(keyed, number, key="instagram:nova")
    workers = [Worker(app), Worker(app)]
    running = [asyncio.create_task(each.run()) for each in workers]
    await drain(app)
    for each in workers:
        each.stop()
    await asyncio.gather(*running)
    assert most == limit
    assert sorted(started) == list(range(40))
    if limit == 1:
        assert started == list(range(40))


@pytest.mark.parametrize("limit", [0, -1, 17])
def test_a_limit_per_key_that_cannot_be_kept_is_refused(limit):
    with pytest.raises(ValueError, match=f"per_key={limit}; it must be from 1 to 16"):
        job("test.keyed", per_key=limit)(None)


async def test_other_keys_go_on_while_one_waits(app, account):
    log = Log()

    @job("test.stuck", backoff_s=1000)
    async def stuck(ctx, key: str) -> None:
        if key == "stuck":
            raise RuntimeError
        log.ran.append(key)

    declare(app, stuck)
    async with app.unit(account) as ctx:
        for key in ("stuck", "stuck", "free", "free"):
            ctx.enqueue(stuck, key, key=key)
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(1.5)
    worker.stop()
    await running
    assert log.ran == ["free", "free"]
