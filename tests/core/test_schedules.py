"""Schedules: each slot once, for the platform or for each account that has something to do."""

from __future__ import annotations

import asyncio

import pytest

from maxbooster.db import new_id
from maxbooster.jobs import job, queries, schedule
from maxbooster.jobs.each_account import queue_for_each
from maxbooster.testing import drain


async def test_a_schedule_queues_each_slot_once_however_many_workers_sweep(app, clock):
    ran = []

    @job("test.hourly", cron="0 * * * *")
    async def hourly(ctx) -> None:
        ran.append(ctx.now)

    app.jobs = {"test.hourly": hourly}
    sweeps = [asyncio.create_task(schedule.sweep(app)) for _ in range(3)]
    await asyncio.sleep(0.3)
    await drain(app)
    missed = len(ran)
    assert missed == 1
    clock.advance(hours=1)
    await asyncio.sleep(1.5)
    await drain(app)
    for sweep in sweeps:
        sweep.cancel()
    assert len(ran) == 2


async def test_a_schedule_for_accounts_runs_once_in_each_that_has_something_to_do(app, clock):
    mine, theirs, ran = new_id(), new_id(), []
    due = [mine, theirs]

    @job("test.nightly", cron="0 * * * *", accounts=lambda connection: due)
    async def nightly(ctx) -> None:
        ran.append(ctx.account)
        ctx.audit("test.done", "night:1")

    app.jobs = {"test.nightly": nightly}
    sweeping = asyncio.create_task(schedule.sweep(app))
    await _until(lambda: drain(app), lambda: len(ran) == 2)
    assert sorted(ran) == sorted(due)
    due.remove(theirs)
    clock.advance(hours=1)
    await _until(lambda: drain(app), lambda: len(ran) == 3)
    await drain(app)
    sweeping.cancel()
    assert ran[2:] == [mine]


async def test_accounts_of_a_slot_are_queued_once_though_it_is_tried_again(app):
    accounts, ran = [new_id() for _ in range(2500)], []

    @job("test.nightly", cron="0 * * * *", accounts=lambda connection: accounts)
    async def nightly(ctx) -> None:
        ran.append(ctx.account)

    app.jobs = {"test.nightly": nightly}
    slot = new_id()
    for _ in range(2):
        async with app.unit() as ctx:
            await queue_for_each(ctx, nightly, slot)
    await drain(app)
    assert sorted(ran) == sorted(accounts)


async def test_a_schedule_for_accounts_that_fails_on_the_way_queues_the_rest_and_nobody_twice(app, clock, monkeypatch):
    accounts, ran, full = [new_id() for _ in range(30)], [], asyncio.Event()
    full.set()

    @job("test.nightly", cron="0 * * * *", accounts=lambda connection: accounts, backoff_s=30.0)
    async def nightly(ctx) -> None:
        ran.append(ctx.account)

    def insert_some(connection, rows) -> None:
        if full.is_set() and len(rows) == 10:
            raise RuntimeError("the disk is full")
        queries.insert(connection, rows)

    monkeypatch.setattr("maxbooster.jobs.each_account.AT_ONCE", 20)
    monkeypatch.setattr("maxbooster.jobs.each_account._insert", insert_some)
    app.jobs = {"test.nightly": nightly}
    sweeping = asyncio.create_task(schedule.sweep(app))
    await _until(lambda: drain(app), lambda: len(ran) == 20)
    sweeping.cancel()
    full.clear()
    clock.advance(minutes=1)
    await _until(lambda: drain(app), lambda: len(ran) == 30)
    await drain(app)
    assert sorted(ran) == sorted(accounts)


def test_accounts_without_a_schedule_are_refused():
    with pytest.raises(ValueError, match="has accounts and no cron"):
        job("test.nightly", accounts=lambda connection: [])(_nothing)


async def _nothing(ctx) -> None: ...


async def _until(step, done, tries: int = 100) -> None:
    for _ in range(tries):
        await step()
        if done():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")
