"""Events: told to every subscriber at least once, in order per entity, one failing without harming others."""

from __future__ import annotations

from sqlalchemy import select

from maxbooster.app import App
from maxbooster.events import Subscription, on
from maxbooster.events.models import EventRow
from maxbooster.jobs import queries
from maxbooster.plugins.contributions import listening
from maxbooster.testing import drain

from .rows import Stacked


def subscribe(app: App, *subscriptions: Subscription) -> None:
    for subscription in subscriptions:
        told = listening(subscription)
        app.jobs[told.name] = told
        app.listeners.setdefault(subscription.event, []).append(told)


async def test_every_subscriber_hears_every_event_in_order_per_entity(app, account):
    typed, loose = [], []

    @on(Stacked, "test.typed")
    async def hear(ctx, event: Stacked) -> None:
        assert ctx.account == account.account
        typed.append((event.crate, event.number))

    @on("crate.stacked", "test.loose")
    async def overhear(ctx, facts: dict) -> None:
        loose.append((facts["crate"], facts["number"]))

    subscribe(app, hear, overhear)
    for number in range(10):
        async with app.unit(account) as ctx:
            for crate in ("blue", "red"):
                ctx.emit(Stacked(crate, number))
    await drain(app)
    for heard in (typed, loose):
        for crate in ("blue", "red"):
            assert [number for of, number in heard if of == crate] == list(range(10))


async def test_a_failing_event_holds_its_successors_back_until_it_is_dead_and_no_other_entity(app, account, clock):
    heard = []

    @on(Stacked, "test.picky", attempts=2)
    async def picky(ctx, event: Stacked) -> None:
        if (event.crate, event.number) == ("blue", 1):
            raise RuntimeError("cannot take it")
        heard.append((event.crate, event.number))

    subscribe(app, picky)
    async with app.unit(account) as ctx:
        for number in range(3):
            ctx.emit(Stacked("blue", number))
            ctx.emit(Stacked("red", number))

    async def settle() -> None:
        import asyncio

        from maxbooster.jobs.worker import Worker

        worker = Worker(app)
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(1.2)
        worker.stop()
        await running

    await settle()
    assert [number for crate, number in heard if crate == "blue"] == [0]
    assert [number for crate, number in heard if crate == "red"] == [0, 1, 2]
    clock.advance(hours=1)
    await drain(app)
    assert [number for crate, number in heard if crate == "blue"] == [0, 2]
    dead = await app.database.read(lambda connection: queries.page(connection, state="dead", limit=50))
    assert [each.name for each in dead.items] == ["on:test.picky"]


async def test_the_outbox_keeps_what_happened(app, account):
    async with app.unit(account) as ctx:
        ctx.emit(Stacked("blue", 7))
    [row] = await app.database.read(
        lambda connection: connection.execute(select(EventRow.name, EventRow.entity, EventRow.facts)).all()
    )
    assert (row.name, row.entity) == ("crate.stacked", "blue")
    assert '"number":7' in row.facts
