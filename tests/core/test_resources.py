"""What a process holds once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from maxbooster.plugin import NotReady, Resource, threads
from maxbooster.resources import Resources


def counting(log: list[str], name: str, *, fails: int = 0) -> Resource[str]:
    left = [fails]

    @asynccontextmanager
    async def opened(ctx):
        await asyncio.sleep(0)
        if left[0]:
            left[0] -= 1
            raise NotReady(f"{name} is not there.")
        log.append(f"open {name}")
        yield name
        log.append(f"close {name}")

    return Resource(name, opened)


@pytest.fixture
def resources(app, monkeypatch):
    monkeypatch.setattr(app, "resources", Resources(app))
    return app


async def test_a_resource_is_opened_once_whoever_asks_and_closed_with_the_process(resources):
    log: list[str] = []
    model, index = counting(log, "model"), counting(log, "index")
    async with resources.unit(writable=False) as one, resources.unit(writable=False) as two:
        assert await asyncio.gather(*(ctx.resource(model) for ctx in (one, two) * 5)) == ["model"] * 10
        await one.resource(index)
    await resources.resources.close()
    assert log == ["open model", "open index", "close index", "close model"]


async def test_one_that_fails_is_told_to_each_and_tried_again(resources):
    log: list[str] = []
    model = counting(log, "model", fails=1)
    async with resources.unit(writable=False) as ctx:
        answers = await asyncio.gather(ctx.resource(model), ctx.resource(model), return_exceptions=True)
        assert [type(each) for each in answers] == [NotReady, NotReady]
        assert await ctx.resource(model) == "model"
    await resources.resources.close()


async def test_whoever_asked_first_can_be_canceled_and_nothing_leaks(resources):
    log: list[str] = []
    gate = asyncio.Event()

    @asynccontextmanager
    async def slow(ctx):
        await gate.wait()
        log.append("open")
        yield "slow"
        log.append("close")

    model = Resource("test.slow", slow)
    async with resources.unit(writable=False) as ctx:
        first = asyncio.create_task(ctx.resource(model))
        await asyncio.sleep(0)
        second = asyncio.create_task(ctx.resource(model))
        await asyncio.sleep(0)
        first.cancel()
        gate.set()
        assert await second == "slow"
    await resources.resources.close()
    assert log == ["open", "close"]


async def test_one_that_cannot_be_closed_keeps_no_other_open(resources):
    log: list[str] = []

    @asynccontextmanager
    async def stuck(ctx):
        yield "stuck"
        raise OSError("busy")

    model, index = counting(log, "model"), counting(log, "index")
    async with resources.unit(writable=False) as ctx:
        for each in (model, Resource("test.stuck", stuck), index):
            await ctx.resource(each)
    await resources.resources.close()
    assert log[-2:] == ["close index", "close model"]


async def test_what_is_asked_for_after_the_end_is_opened_anew(resources):
    log: list[str] = []
    model = counting(log, "model")
    async with resources.unit(writable=False) as ctx:
        await ctx.resource(model)
        await resources.resources.close()
        assert await ctx.resource(model) == "model"
    await resources.resources.close()
    await resources.resources.close()
    assert log == ["open model", "close model"] * 2


async def test_the_end_waits_for_what_is_being_opened_and_closes_it(resources):
    log: list[str] = []
    gate = asyncio.Event()

    @asynccontextmanager
    async def slow(ctx):
        await gate.wait()
        log.append("open")
        yield "slow"
        log.append("close")

    async with resources.unit(writable=False) as ctx:
        asking = asyncio.create_task(ctx.resource(Resource("test.slow", slow)))
        await asyncio.sleep(0)
        closing = asyncio.create_task(resources.resources.close())
        await asyncio.sleep(0)
        assert not closing.done()
        gate.set()
        await closing
        assert (await asking, log) == ("slow", ["open", "close"])


async def test_threads_of_their_own_run_at_most_so_many(resources):
    import threading

    running, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(2, timeout=10)

    def work() -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait()
        with lock:
            running -= 1
        return threading.current_thread().name

    pool = threads("test.pair", 2)
    async with resources.unit(writable=False) as ctx:
        names = await asyncio.gather(*[(await ctx.resource(pool)).run(work) for _ in range(6)])
    assert most == 2
    assert all(name.startswith("test.pair") for name in names)
    await resources.resources.close()
