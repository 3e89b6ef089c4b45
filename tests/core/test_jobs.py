"""Jobs: run at least once, their effects exactly once; retried, ordered, canceled, scheduled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec.structs import replace
from sqlalchemy import func, select

from maxbooster.app import App
from maxbooster.db import new_id
from maxbooster.errors import NotReady
from maxbooster.jobs import Job, job, queries
from maxbooster.jobs.models import JobRow
from maxbooster.jobs.worker import Worker
from maxbooster.testing import drain

from .rows import Crate


class Log:
    """What ran, in order."""

    def __init__(self) -> None:
        self.ran: list[object] = []


def declare(app: App, *jobs: Job) -> None:
    app.jobs.update({each.name: each for each in jobs})


async def _shown(app: App, id) -> queries.JobOut:
    found = await app.database.read(lambda connection: queries.shown(connection, id))
    assert found is not None
    return found


async def test_a_job_runs_with_its_arguments_in_its_account(app, account):
    seen = []

    @job("test.greet")
    async def greet(ctx, name: str, times: int, when: timedelta) -> None:
        seen.append((ctx.account, name, times, when))

    declare(app, greet)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(greet, "Ada", 3, timedelta(seconds=90))
    await drain(app)
    assert seen == [(account.account, "Ada", 3, timedelta(seconds=90))]
    assert (await _shown(app, id)).state == "done"


async def test_a_failing_job_is_repeated_with_growing_delays_and_is_dead_in_the_end(app, account, clock):
    tried = []

    @job("test.fails", attempts=3, backoff_s=100)
    async def fails(ctx) -> None:
        tried.append(ctx.now)
        ctx.audit("never.kept", "test:1")
        raise RuntimeError("the disk is full")

    declare(app, fails)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(fails)
    await drain(app)
    waits = []
    for _ in range(2):
        shown = await _shown(app, id)
        assert shown.state == "ready"
        waits.append((shown.run_at - tried[-1]).total_seconds())
        clock.advance(seconds=1000)
        await drain(app)
    shown = await _shown(app, id)
    assert (shown.state, len(tried)) == ("dead", 3)
    assert shown.note == "RuntimeError: the disk is full"
    assert 50 <= waits[0] <= 101
    assert 100 <= waits[1] <= 201
    from maxbooster.audit.models import AuditRow

    async with app.unit(account) as ctx:
        assert await ctx.all(select(AuditRow)) == []


async def test_a_connector_says_when_to_come_back(app, account):
    @job("test.limited")
    async def limited(ctx) -> None:
        raise NotReady("the platform asks for a pause", retry_after_s=777)

    declare(app, limited)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(limited)
    await drain(app)
    shown = await _shown(app, id)
    assert shown.state == "ready"
    assert 770 < (shown.run_at - shown.created_at).total_seconds() < 790
    assert shown.note == "the platform asks for a pause"


async def test_a_dead_job_can_be_repeated(app, account, api):
    broken = True

    @job("test.fixed", attempts=1)
    async def fixed(ctx) -> None:
        if broken:
            raise RuntimeError

    declare(app, fixed)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(fixed)
    await drain(app)
    assert (await _shown(app, id)).state == "dead"
    broken = False
    answer = await api.post(f"/api/core/jobs/{id}/retry")
    assert answer.status_code == 200, answer.text
    await drain(app)
    assert (await _shown(app, id)).state == "done"
    assert (await api.post(f"/api/core/jobs/{id}/retry")).status_code == 404


async def test_the_more_urgent_job_runs_first(app, account):
    log = Log()

    @job("test.note")
    async def note(ctx, what: str) -> None:
        log.ran.append(what)

    declare(app, note)
    async with app.unit(account) as ctx:
        for what, priority in (("low", -5), ("first of two", 0), ("second of two", 0), ("high", 9)):
            ctx.enqueue(note, what, priority=priority)
    await drain(app)
    assert log.ran == ["high", "first of two", "second of two", "low"]


async def test_a_job_waits_for_its_time(app, account, clock):
    log = Log()

    @job("test.later")
    async def later(ctx) -> None:
        log.ran.append(ctx.now)

    declare(app, later)
    async with app.unit(account) as ctx:
        ctx.enqueue(later, at=ctx.now + timedelta(hours=2))
    await drain(app)
    assert log.ran == []
    clock.advance(hours=3)
    await drain(app)
    assert len(log.ran) == 1


async def test_effects_are_kept_once_even_if_the_lease_was_lost_meanwhile(crates, account):
    """A slow worker whose job was taken over must not write a second time."""
    entered, go_on = asyncio.Event(), asyncio.Event()
    slow = True

    @job("test.effect")
    async def effect(ctx) -> None:
        nonlocal slow
        if slow:
            slow = False
            entered.set()
            await go_on.wait()
        ctx.add(Crate(name=str(new_id())))

    declare(crates, effect)
    async with crates.unit(account) as ctx:
        id = ctx.enqueue(effect)
    late = Worker(crates)
    running = asyncio.create_task(late.run())
    await entered.wait()
    late.stop()
    later = crates.clock() + timedelta(seconds=3600)
    await crates.database.write(lambda connection: queries.release_expired(connection, later))
    await drain(crates)
    go_on.set()
    await running
    async with crates.unit(account) as ctx:
        assert await ctx.first(select(func.count()).select_from(Crate)) == 1
    assert (await _shown(crates, id)).state == "done"


async def test_a_hot_write_in_a_job_is_one_transaction_with_its_end(crates, account):
    from sqlalchemy import insert

    @job("test.hot")
    async def hot(ctx) -> None:
        await ctx.write(
            lambda connection: connection.execute(
                insert(Crate).values(account_id=ctx.account, id=new_id(), version=1, name="hot")
            )
        )
        raise RuntimeError("after the commit")

    declare(crates, hot)
    async with crates.unit(account) as ctx:
        id = ctx.enqueue(hot)
    await drain(crates)
    assert (await _shown(crates, id)).state == "done"
    async with crates.unit(account) as ctx:
        assert await ctx.first(select(func.count()).select_from(Crate)) == 1


async def test_a_job_whose_worker_dies_again_and_again_is_dead_not_eternal(app, account):
    @job("test.killer", attempts=2)
    async def killer(ctx) -> None:
        raise AssertionError("never reached")

    declare(app, killer)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(killer)
    now = app.clock()
    for _ in range(2):
        await app.database.write(
            lambda connection: queries.claim(
                connection, "default", 1, worker="dies", now=now, until=now - timedelta(seconds=1)
            )
        )
        await app.database.write(lambda connection: queries.release_expired(connection, now))
    await drain(app)
    shown = await _shown(app, id)
    assert (shown.state, shown.note) == ("dead", "its worker died 2 times")


async def test_canceling_a_waiting_and_a_running_job(app, account, api):
    entered = asyncio.Event()
    stopped = []

    @job("test.endless")
    async def endless(ctx) -> None:
        entered.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            stopped.append(True)
            raise

    declare(app, endless)
    async with app.unit(account) as ctx:
        running_id = ctx.enqueue(endless)
        waiting_id = ctx.enqueue(endless, at=ctx.now + timedelta(days=1))
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    await entered.wait()
    assert (await api.post(f"/api/core/jobs/{waiting_id}/cancel")).json()["state"] == "canceled"
    assert (await api.post(f"/api/core/jobs/{running_id}/cancel")).json()["state"] == "running"
    async with asyncio.timeout(10):
        while (await _shown(app, running_id)).state != "canceled":
            await asyncio.sleep(0.05)
    worker.stop()
    await running
    assert stopped == [True]


async def test_progress_is_seen_while_the_job_runs(app, account, api):
    half, go_on = asyncio.Event(), asyncio.Event()

    @job("test.progress")
    async def steps(ctx) -> None:
        await ctx.progress(0.5, "Rendering")
        half.set()
        await go_on.wait()

    declare(app, steps)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(steps)
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    await half.wait()
    shown = (await api.get(f"/api/core/jobs/{id}")).json()
    assert (shown["progress"], shown["note"], shown["state"]) == (0.5, "Rendering", "running")
    go_on.set()
    worker.stop()
    await running


async def test_a_job_of_a_plugin_that_is_switched_off_waits(app, account, clock):
    @job("test.gone", attempts=2)
    async def gone(ctx) -> None: ...

    declare(app, gone)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(gone)
    del app.jobs["test.gone"]
    for _ in range(4):
        await drain(app)
        shown = await _shown(app, id)
        assert (shown.state, shown.attempts) == ("ready", 0)
        assert "no enabled plugin" in (shown.note or "")
        clock.advance(minutes=2)
    declare(app, gone)
    await drain(app)
    assert (await _shown(app, id)).state == "done"


async def test_a_worker_that_is_stopped_gives_back_what_it_cannot_finish(app, account, monkeypatch):
    entered = asyncio.Event()

    @job("test.slow")
    async def slow(ctx) -> None:
        entered.set()
        await asyncio.sleep(600)

    monkeypatch.setattr("maxbooster.jobs.worker.GRACE_S", 0.2)
    declare(app, slow)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(slow)
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    await entered.wait()
    worker.stop()
    await running
    assert (await _shown(app, id)).state == "ready"


async def test_jobs_of_other_accounts_are_not_seen_or_steered(app, account):
    from maxbooster.testing import open_api

    @job("test.mine")
    async def mine(ctx) -> None: ...

    declare(app, mine)
    async with app.unit(account) as ctx:
        id = ctx.enqueue(mine)
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get("/api/core/jobs")).json()["items"] == []
        assert (await stranger.get(f"/api/core/jobs/{id}")).status_code == 404
        assert (await stranger.post(f"/api/core/jobs/{id}/cancel")).status_code == 404


async def test_old_jobs_are_forgotten_but_dead_ones_are_kept(app, account):
    @job("test.ok")
    async def ok(ctx) -> None: ...

    @job("test.bad", attempts=1)
    async def bad(ctx) -> None:
        raise RuntimeError

    declare(app, ok, bad)
    async with app.unit(account) as ctx:
        ctx.enqueue(ok)
        ctx.enqueue(bad)
    await drain(app)
    later = app.clock() + timedelta(days=1)
    await app.database.write(lambda connection: queries.prune(connection, later))
    left = await app.database.read(lambda connection: connection.execute(select(JobRow.name)).scalars().all())
    assert left == ["test.bad"]


async def test_an_account_sees_its_own_jobs_alone_whichever_of_two_it_is(app, account):
    @job("core.mine")
    async def mine(ctx) -> None: ...

    declare(app, mine)
    of: dict[object, object] = {}
    for each in (account, replace(account, account=new_id())):
        async with app.unit(each) as ctx:
            of[each.account] = ctx.enqueue(mine)
    for holder, queued in of.items():
        listed = await app.database.read(
            lambda connection, holder=holder: queries.page(connection, account=holder, limit=9)
        )
        assert [each.id for each in listed.items] == [queued]
    everything = await app.database.read(lambda connection: queries.page(connection, limit=500))
    assert {each.id for each in everything.items} >= set(of.values())
