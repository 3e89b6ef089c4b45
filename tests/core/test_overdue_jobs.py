"""Jobs that run past their time limit: none of it is kept, it is told, and the others go on."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from sqlalchemy import func, insert, select

from maxbooster.db import new_id
from maxbooster.jobs import job, queries
from maxbooster.jobs.worker import Worker
from maxbooster.testing import drain

from .rows import Crate
from .test_jobs import _shown, declare

NOTE = "It ran past its time limit of 0.1 s; nothing of that try was kept."


@pytest.fixture
def app_settings():
    return {"job_grace_s": "0.2"}


async def crates_of(app, account) -> int:
    async with app.unit(account) as ctx:
        return await ctx.first(select(func.count()).select_from(Crate))


async def test_what_blocks_past_its_limit_is_not_done(crates, account):
    """The event loop could not stop it in time, but it is late all the same."""

    @job("test.blocks", attempts=1, timeout_s=0.1)
    async def blocks(ctx) -> None:
        ctx.add(Crate(name="late"))
        time.sleep(0.3)  # noqa: ASYNC251

    declare(crates, blocks)
    async with crates.unit(account) as ctx:
        id = ctx.enqueue(blocks)
    await drain(crates)
    shown = await _shown(crates, id)
    assert (shown.state, shown.note) == ("dead", NOTE)
    assert await crates_of(crates, account) == 0


async def test_a_run_that_is_late_is_tried_again(crates, account, clock):
    late = [True]

    @job("test.once_late", timeout_s=0.1)
    async def once_late(ctx) -> None:
        if late:
            late.clear()
            time.sleep(0.2)  # noqa: ASYNC251
        ctx.add(Crate(name="kept"))

    declare(crates, once_late)
    async with crates.unit(account) as ctx:
        id = ctx.enqueue(once_late)
    await drain(crates)
    shown = await _shown(crates, id)
    assert (shown.state, shown.note) == ("ready", NOTE)
    clock.advance(seconds=60)
    await drain(crates)
    assert ((await _shown(crates, id)).state, await crates_of(crates, account)) == ("done", 1)


async def test_a_commit_of_its_own_comes_too_late(crates, account):
    refused = []

    @job("test.commits_late", attempts=1, timeout_s=0.1)
    async def commits_late(ctx) -> None:
        time.sleep(0.2)  # noqa: ASYNC251
        values = {"account_id": ctx.account, "id": new_id(), "version": 1, "name": "late"}
        try:
            await ctx.write(lambda connection: connection.execute(insert(Crate).values(values)))
        except Exception as error:
            refused.append(type(error).__name__)

    declare(crates, commits_late)
    async with crates.unit(account) as ctx:
        id = ctx.enqueue(commits_late)
    await drain(crates)
    assert refused == ["Overdue"]
    assert ((await _shown(crates, id)).state, await crates_of(crates, account)) == ("dead", 0)


async def test_what_ends_late_although_it_was_canceled_is_not_done(crates, account):
    @job("test.deaf", attempts=1, timeout_s=0.1)
    async def deaf(ctx) -> None:
        ctx.add(Crate(name="late"))
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return

    declare(crates, deaf)
    async with crates.unit(account) as ctx:
        id = ctx.enqueue(deaf)
    await drain(crates)
    assert ((await _shown(crates, id)).note, await crates_of(crates, account)) == (NOTE, 0)


async def test_what_never_lets_itself_be_canceled_is_given_up_with_its_worker(crates, account, capsys):
    """Its account reads of it, it can write no more, its neighbors end well, and the worker asks to be replaced."""
    go_on, ended, seen = asyncio.Event(), asyncio.Event(), []

    @job("test.stubborn", attempts=1, timeout_s=0.1)
    async def stubborn(ctx) -> None:
        ctx.add(Crate(name="late"))
        while not go_on.is_set():
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                seen.append("canceled")
        try:
            await ctx.commit()
        except Exception as error:
            seen.append(type(error).__name__)
        ended.set()

    @job("test.neighbor")
    async def neighbor(ctx) -> None:
        while "canceled" not in seen:
            await asyncio.sleep(0.01)
        ctx.add(Crate(name="kept"))

    declare(crates, stubborn, neighbor)
    async with crates.unit(account) as ctx:
        id, other = ctx.enqueue(stubborn), ctx.enqueue(neighbor)
    worker = Worker(crates)
    async with asyncio.timeout(20):
        await worker.run()
        go_on.set()
        await ended.wait()
    shown = await _shown(crates, id)
    assert (worker.is_stuck, shown.state, shown.note) == (True, "dead", NOTE)
    assert seen == ["canceled", "Overdue"]
    assert ((await _shown(crates, other)).state, await crates_of(crates, account)) == ("done", 1)
    told = capsys.readouterr().err
    assert "jobs.stuck" in told
    assert "test.stubborn" in told


async def test_a_thread_that_outlives_its_job_asks_for_a_new_worker(app, account):
    go_on = threading.Event()

    @job("test.threaded", attempts=1, timeout_s=0.1)
    async def threaded(ctx) -> None:
        await asyncio.to_thread(go_on.wait, 20)

    declare(app, threaded)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(threaded)
    worker = Worker(app)
    async with asyncio.timeout(15):
        await worker.run()
    go_on.set()
    shown = await _shown(app, id)
    assert (worker.is_stuck, shown.state, shown.note) == (True, "dead", NOTE)


async def test_a_thread_that_ends_within_the_grace_costs_no_worker(app, account):
    @job("test.slow_thread", attempts=1, timeout_s=0.1)
    async def slow_thread(ctx) -> None:
        await asyncio.to_thread(time.sleep, 0.2)

    declare(app, slow_thread)
    async with app.unit(account) as ctx:
        ctx.enqueue(slow_thread)
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.8)
    assert not worker.is_stuck
    worker.stop()
    await running


async def test_a_stopped_worker_does_not_wait_for_ever(app, account, monkeypatch):
    go_on, entered = asyncio.Event(), asyncio.Event()

    @job("test.unending")
    async def unending(ctx) -> None:
        entered.set()
        while not go_on.is_set():
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                continue

    monkeypatch.setattr("maxbooster.jobs.worker.GRACE_S", 0.1)
    monkeypatch.setattr("maxbooster.jobs.worker.CANCELING_S", 0.1)
    declare(app, unending)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(unending)
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    await entered.wait()
    worker.stop()
    async with asyncio.timeout(10):
        await running
    assert (worker.is_stuck, (await _shown(app, id)).state) == (True, "ready")
    go_on.set()


async def test_jobs_that_wait_for_their_turn_are_given_back_untried(app, account, monkeypatch):
    go_on = asyncio.Event()

    @job("test.first")
    async def first(ctx) -> None:
        await go_on.wait()

    monkeypatch.setattr("maxbooster.jobs.worker.GRACE_S", 0.1)
    declare(app, first)
    async with app.unit(account) as ctx:
        ids = [ctx.enqueue(first) for _ in range(20)]
    worker = Worker(app)
    worker._pace_s["default"] = 0.0
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.5)
    worker.stop()
    await running
    attempts = [(await _shown(app, id)).attempts for id in ids]
    assert sorted(attempts) == [0] * 4 + [1] * 16
    shown = await app.database.read(lambda connection: queries.page(connection, limit=50))
    assert {each.state for each in shown.items} == {"ready"}
