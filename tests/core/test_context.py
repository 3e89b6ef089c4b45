"""One unit of work: everything it did is kept, or nothing; and it sees one account only."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import selectinload

from maxbooster.audit.models import AuditRow
from maxbooster.auth.models import Account
from maxbooster.db import new_id
from maxbooster.errors import AccountRequired, Conflict, NotAllowed, NotFound, UsageError
from maxbooster.events.models import EventRow
from maxbooster.identity import Identity
from maxbooster.jobs import job
from maxbooster.jobs.models import JobRow
from maxbooster.plugins.manifest import Permission

from .rows import Crate, Record, Stacked


@job("test.noop")
async def noop(ctx) -> None: ...


@pytest.fixture(autouse=True)
def _registered(crates):
    crates.jobs[noop.name] = noop


async def _counts(app) -> tuple[int, int, int, int]:
    def count(connection: Connection) -> tuple[int, int, int, int]:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Crate.__table__, JobRow.__table__, EventRow.__table__, AuditRow.__table__)
        )

    return await app.database.read(count)


def _everything(ctx, name: str = "Blue") -> Crate:
    crate = Crate(name=name)
    ctx.add(crate)
    ctx.enqueue(noop)
    ctx.emit(Stacked(str(crate.id), 1))
    ctx.audit("crate.made", crate)
    return crate


async def test_rows_jobs_events_and_audit_are_committed_together(crates, account):
    async with crates.unit(account) as ctx:
        _everything(ctx)
        assert await _counts(crates) == (0, 0, 0, 0)
    assert await _counts(crates) == (1, 1, 1, 1)


async def test_a_unit_that_raises_leaves_nothing(crates, account):
    with pytest.raises(ZeroDivisionError):
        async with crates.unit(account) as ctx:
            _everything(ctx)
            raise ZeroDivisionError
    assert await _counts(crates) == (0, 0, 0, 0)


async def test_a_commit_that_is_refused_leaves_nothing(crates, account):
    async with crates.unit(account) as ctx:
        _everything(ctx, "Blue")
    with pytest.raises(Conflict) as caught:
        async with crates.unit(account) as ctx:
            _everything(ctx, "Blue")
    assert "UNIQUE" not in caught.value.detail
    assert "SQL" not in caught.value.detail
    assert await _counts(crates) == (1, 1, 1, 1)


async def test_a_canceled_unit_leaves_nothing(crates, account):
    started = asyncio.Event()

    async def unit() -> None:
        async with crates.unit(account) as ctx:
            _everything(ctx)
            started.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(unit())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _counts(crates) == (0, 0, 0, 0)


async def test_another_accounts_row_does_not_exist(crates, account):
    stranger = Identity(new_id(), new_id(), frozenset({"*"}))
    async with crates.unit(account) as ctx:
        crate = _everything(ctx)
    async with crates.unit(stranger) as ctx:
        with pytest.raises(NotFound) as theirs:
            await ctx.get(Crate, crate.id)
        missing = new_id()
        with pytest.raises(NotFound) as nobodys:
            await ctx.get(Crate, missing)
        with pytest.raises(NotFound):
            await ctx.lock(Crate, crate.id)
        assert await ctx.all(select(Crate)) == []
        assert await ctx.rows(select(Crate.name, Crate.id)) == []
        assert await ctx.first(select(func.count()).select_from(Crate)) == 0
    assert str(theirs.value).replace(str(crate.id), "") == str(nobodys.value).replace(str(missing), "")
    async with crates.unit(account) as ctx:
        assert (await ctx.get(Crate, crate.id)).name == "Blue"


async def test_joins_and_loaded_relations_keep_to_the_account(crates, account):
    stranger = Identity(new_id(), new_id(), frozenset({"*"}))
    for who in (account, stranger):
        async with crates.unit(who) as ctx:
            crate = Crate(name="Blue")
            ctx.add(crate, Record(crate_id=crate.id, title="Kind of"))
    async with crates.unit(account) as ctx:
        rows = await ctx.rows(select(Crate, Record).join(Record, Record.crate_id == Crate.id))
        assert [(crate.account_id, record.account_id) for crate, record in rows] == [(account.account,) * 2]
        [crate] = await ctx.all(select(Crate).options(selectinload(Crate.records)))
        assert [record.title for record in crate.records] == ["Kind of"]


async def test_owned_rows_cannot_be_reached_without_an_account(crates):
    async with crates.unit() as ctx:
        with pytest.raises(AccountRequired):
            await ctx.all(select(Crate))
        with pytest.raises(AccountRequired):
            await ctx.rows(select(Crate.__table__))
        with pytest.raises(AccountRequired):
            ctx.add(Crate(name="Nobody's"))


async def test_a_bare_table_is_refused_because_it_would_cross_accounts(crates, account):
    async with crates.unit(account) as ctx:
        with pytest.raises(AccountRequired, match="select its mapped class"):
            await ctx.rows(select(Crate.__table__))


async def test_the_account_of_a_row_comes_from_the_context_not_from_the_row(crates, account):
    async with crates.unit(account) as ctx:
        crate = Crate(name="Forged", account_id=new_id())
        ctx.add(crate)
    assert crate.account_id == account.account


async def test_a_reading_unit_refuses_every_kind_of_write(crates, account):
    async with crates.unit(account, writable=False) as ctx:
        for write in (
            lambda: ctx.add(Crate(name="x")),
            lambda: ctx.enqueue(noop),
            lambda: ctx.emit(Stacked("a", 1)),
            lambda: ctx.audit("a.b", "c:d"),
        ):
            with pytest.raises(UsageError, match="only reads"):
                write()
        with pytest.raises(UsageError):
            await ctx.write(lambda connection: None)
        with pytest.raises(UsageError):
            await ctx.lock(Crate, new_id())


async def test_a_changed_row_is_written_back_and_two_writers_do_not_overwrite_each_other(crates, account):
    async with crates.unit(account) as ctx:
        crate = _everything(ctx)
    with pytest.raises(Conflict, match="Somebody else"):
        async with crates.unit(account) as late:
            theirs = await late.get(Crate, crate.id)
            async with crates.unit(account) as early:
                (await early.get(Crate, crate.id)).room = "attic"
            theirs.room = "cellar"
    async with crates.unit(account) as ctx:
        assert (await ctx.get(Crate, crate.id)).room == "attic"


async def test_a_row_can_be_deleted(crates, account):
    async with crates.unit(account) as ctx:
        crate = _everything(ctx)
    async with crates.unit(account) as ctx:
        ctx.delete(await ctx.get(Crate, crate.id))
    async with crates.unit(account) as ctx:
        with pytest.raises(NotFound):
            await ctx.get(Crate, crate.id)


async def test_a_lock_makes_others_wait_and_shows_them_the_newest_state(crates, account):
    async with crates.unit(account) as ctx:
        crate = _everything(ctx)

    async def add_one() -> None:
        async with crates.unit(account) as ctx:
            locked = await ctx.lock(Crate, crate.id)
            number = int(locked.room or 0)
            await asyncio.sleep(0)
            locked.room = str(number + 1)

    await asyncio.gather(*(add_one() for _ in range(25)))
    async with crates.unit(account) as ctx:
        assert (await ctx.get(Crate, crate.id)).room == "25"


async def test_slow_work_is_refused_while_a_lock_is_held_and_allowed_again_after(crates, account):
    async with crates.unit(account) as ctx:
        crate = _everything(ctx)
    async with crates.unit(account) as ctx:
        await ctx.lock(Crate, crate.id)
        with pytest.raises(UsageError, match="inside a write transaction"):
            await ctx.http.request("GET", "http://127.0.0.1:9/")
    with pytest.raises(ConnectionError):
        async with crates.unit(account) as ctx:
            await ctx.lock(Crate, crate.id)
            raise ConnectionError
    from maxbooster.db.guard import refuse_in_write

    refuse_in_write("anything")


async def test_a_canceled_wait_for_a_lock_does_not_keep_it(crates, account):
    async with crates.unit(account) as ctx:
        crate = _everything(ctx)
    async with crates.unit(account) as holder:
        await holder.lock(Crate, crate.id)

        async def wait() -> None:
            async with crates.unit(account) as ctx:
                await ctx.lock(Crate, crate.id)

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.sleep(0.05)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(5), crates.unit(account) as ctx:
        (await ctx.lock(Crate, crate.id)).room = "free"


async def test_a_hot_write_commits_the_unit_and_gives_its_result(crates, account):
    def store(connection: Connection, name: str) -> str:
        connection.execute(insert(Crate).values(account_id=account.account, id=new_id(), version=1, name=name))
        return name.upper()

    async with crates.unit(account) as ctx:
        ctx.emit(Stacked("a", 1))
        assert await ctx.write(store, "red") == "RED"
        assert await _counts(crates) == (1, 0, 1, 0)
        with pytest.raises(UsageError, match="at most one write transaction"):
            ctx.enqueue(noop)
    with pytest.raises(Conflict):
        async with crates.unit(account) as ctx:
            ctx.emit(Stacked("a", 2))
            await ctx.write(store, "red")
    assert await _counts(crates) == (1, 0, 1, 0)


async def test_work_in_another_account_needs_its_own_permission_and_is_recorded_there(crates, account):
    artist, stranger = new_id(), new_id()
    crates.policy.permissions["label.rollup"] = Permission("label.rollup", "Roll up", across=True)
    async with crates.unit() as ctx:
        ctx.add(Account(id=artist, name="Artist", parent_id=account.account, created_at=ctx.now))
        ctx.add(Account(id=stranger, name="Stranger", parent_id=None, created_at=ctx.now))
    label = Identity(account.account, account.user, frozenset({"label.rollup"}))
    async with crates.unit(label) as ctx:
        with pytest.raises(NotAllowed, match="label.payout"):
            async with ctx.enter(artist, "label.payout"):
                pass
        for foreign in (stranger, new_id()):
            with pytest.raises(NotAllowed, match="not a sub-account"):
                async with ctx.enter(foreign, "label.rollup"):
                    pass
        async with ctx.enter(artist, "label.rollup") as inside:
            inside.add(Crate(name="The artist's"))
    async with crates.unit(Identity(artist, None, frozenset())) as ctx:
        [crate] = await ctx.all(select(Crate))
        assert crate.account_id == artist
        assert [row.action for row in await ctx.all(select(AuditRow))] == ["account.entered"]


async def test_an_early_commit_tells_the_new_version(crates, account):
    async with crates.unit(account) as ctx:
        crate = Crate(name="Blue")
        ctx.add(crate)
        await ctx.commit()
        assert crate.version == 1
    async with crates.unit(account) as ctx:
        crate = await ctx.get(Crate, crate.id, version=1)
        crate.room = "attic"
        await ctx.commit()
        assert crate.version == 2
        with pytest.raises(UsageError):
            ctx.delete(crate)
    async with crates.unit(account) as ctx:
        with pytest.raises(Conflict, match="version 2 by now"):
            await ctx.get(Crate, crate.id, version=1)


async def test_a_duplicate_names_the_field(crates, account):
    async with crates.unit(account) as ctx:
        ctx.add(Crate(name="Blue"))
    with pytest.raises(Conflict) as caught:
        async with crates.unit(account) as ctx:
            ctx.add(Crate(name="Blue"))
    assert (caught.value.field, caught.value.detail) == ("name", "There is a crate of this name already.")


async def test_a_job_that_nobody_registers_is_refused_where_it_is_queued(crates, account):
    @job("test.unknown")
    async def unknown(ctx) -> None: ...

    async with crates.unit(account) as ctx:
        with pytest.raises(UsageError, match="register_jobs"):
            ctx.enqueue(unknown)


async def test_a_job_with_wrong_arguments_is_refused_where_it_is_queued(crates, account):
    async with crates.unit(account) as ctx:
        with pytest.raises(UsageError, match=r"takes \(\), not 1"):
            ctx.enqueue(noop, "too much")


async def test_jobs_are_looked_up_by_their_ids_in_their_own_account_only(crates, account):
    async with crates.unit(account) as ctx:
        mine = ctx.enqueue(noop)
    async with crates.unit(account) as ctx:
        found = await ctx.jobs([mine, new_id()])
    assert {id: (job.name, job.state) for id, job in found.items()} == {mine: ("test.noop", "ready")}
    async with crates.unit(Identity(new_id(), None, frozenset({"*"}))) as stranger:
        assert await stranger.jobs([mine]) == {}
