"""Many small writes in one COMMIT: durable, isolated from each other's failures, fair."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap

import pytest
from sqlalchemy import Connection, event, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from maxbooster.db import new_id
from maxbooster.db.engine import Database
from maxbooster.db.guard import refuse_in_write
from maxbooster.errors import SettingsError, UsageError

from .rows import Crate


def _store(connection: Connection, account, name: str) -> str:
    connection.execute(insert(Crate).values(account_id=account, id=new_id(), version=1, name=name))
    return name


async def _names(app) -> list[str]:
    return sorted(await app.database.read(lambda connection: connection.execute(select(Crate.name)).scalars().all()))


async def test_writes_of_many_callers_are_all_kept(crates):
    account = new_id()
    names = [f"{number:04}" for number in range(400)]
    stored = await asyncio.gather(
        *(crates.database.write(lambda connection, name=name: _store(connection, account, name)) for name in names)
    )
    assert stored == names
    assert await _names(crates) == names


async def test_writes_that_come_together_share_a_commit_and_are_kept_when_the_database_closes(crates):
    account, commits = new_id(), []
    event.listen(crates.database.engine, "commit", commits.append)
    names = [f"{number:03}" for number in range(200)]
    writes = [
        asyncio.ensure_future(crates.database.write(lambda connection, name=name: _store(connection, account, name)))
        for name in names
    ]
    await asyncio.sleep(0)  # they are asked for, and not yet handed over
    await asyncio.to_thread(crates.database.writer.close)
    async with asyncio.timeout(10):
        assert await asyncio.gather(*writes) == names
    assert len(commits) == 1
    assert await _names(crates) == names


async def test_one_failing_write_does_not_harm_its_neighbors(crates):
    account = new_id()

    def write(name: str):
        def act(connection: Connection) -> str:
            _store(connection, account, name)
            if name.startswith("bad"):
                raise ValueError(name)
            return name

        return crates.database.write(act)

    names = [f"{'bad' if number % 7 == 0 else 'good'}-{number}" for number in range(100)]
    answers = await asyncio.gather(*map(write, names), return_exceptions=True)
    for name, answer in zip(names, answers, strict=True):
        if name.startswith("bad"):
            assert isinstance(answer, ValueError)
        else:
            assert answer == name
    assert await _names(crates) == sorted(name for name in names if name.startswith("good"))


async def test_a_constraint_that_is_checked_at_commit_fails_its_own_write_only(crates):
    """Deferred constraints fire at COMMIT and spoil the whole batch: it is replayed one by one."""
    if not crates.database.is_sqlite:
        deferred = (
            "CREATE TABLE test_parent (id int PRIMARY KEY); CREATE TABLE test_child"
            " (parent int REFERENCES test_parent DEFERRABLE INITIALLY DEFERRED)"
        )
    else:
        deferred = (
            "CREATE TABLE test_parent (id INTEGER PRIMARY KEY); CREATE TABLE test_child"
            " (parent int REFERENCES test_parent DEFERRABLE INITIALLY DEFERRED)"
        )
    for statement in deferred.split(";"):
        await crates.database.write(
            lambda connection, statement=statement: connection.execute(text(statement)) and None
        )
    account = new_id()
    orphan = crates.database.write(
        lambda connection: connection.execute(text("INSERT INTO test_child VALUES (42)")) and None
    )
    good = [
        crates.database.write(lambda connection, name=str(number): _store(connection, account, name))
        for number in range(20)
    ]
    answers = await asyncio.gather(orphan, *good, return_exceptions=True)
    assert isinstance(answers[0], IntegrityError)
    assert answers[1:] == [str(number) for number in range(20)]
    assert len(await _names(crates)) == 20


async def test_slow_work_is_refused_inside_a_hot_write_and_inside_a_transaction(app):
    for run in (app.database.write, app.database.transact):
        with pytest.raises(UsageError, match="an outbound call inside a write transaction"):
            await run(lambda connection: refuse_in_write("an outbound call"))


async def test_a_reader_never_waits_for_a_writer(crates):
    account = new_id()
    holding, release = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(connection: Connection) -> None:
        _store(connection, account, "slow")
        loop.call_soon_threadsafe(holding.set)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)

    writing = asyncio.create_task(crates.database.transact(slow))
    await holding.wait()
    async with asyncio.timeout(2):
        assert await _names(crates) == []
    release.set()
    await writing
    assert await _names(crates) == ["slow"]


async def test_requests_that_lock_and_hot_writes_do_not_starve_each_other(crates, account):
    async with crates.unit(account) as ctx:
        crate = Crate(name="shared", room="0")
        ctx.add(crate)

    async def lock_often() -> None:
        for _ in range(15):
            async with crates.unit(account) as ctx:
                row = await ctx.lock(Crate, crate.id)
                row.room = str(int(row.room or 0) + 1)

    async def write_often(prefix: str) -> None:
        for number in range(40):
            await crates.database.write(
                lambda connection, name=f"{prefix}{number}": _store(connection, account.account, name)
            )

    async with asyncio.timeout(20):
        await asyncio.gather(lock_often(), lock_often(), write_often("a"), write_often("b"))
    async with crates.unit(account) as ctx:
        assert (await ctx.get(Crate, crate.id)).room == "30"
        assert await ctx.first(select(func.count()).select_from(Crate)) == 81


_WRITER = textwrap.dedent("""
    import asyncio, sys
    from sqlalchemy import text
    from maxbooster.db.engine import Database

    async def main():
        database = Database(sys.argv[1])
        for number in range(200):
            await database.write(lambda c: c.execute(text("UPDATE test_sum SET total = total + 1")) and None)
        await database.close()

    asyncio.run(main())
""")


async def test_processes_that_write_to_one_sqlite_file_lose_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    database = Database(url)
    await database.transact(lambda connection: connection.execute(text("CREATE TABLE test_sum (total int)")) and None)
    await database.write(lambda connection: connection.execute(text("INSERT INTO test_sum VALUES (0)")) and None)
    processes = [subprocess.Popen([sys.executable, "-c", _WRITER, url]) for _ in range(3)]
    assert [await asyncio.to_thread(process.wait) for process in processes] == [0, 0, 0]
    total = await database.read(lambda connection: connection.execute(text("SELECT total FROM test_sum")).scalar())
    await database.close()
    assert total == 600


async def test_the_journal_is_durable_and_foreign_keys_are_on(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")

    def pragmas(connection: Connection) -> list[object]:
        return [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await database.read(pragmas) == ["wal", 2, 1]
    assert await database.transact(pragmas) == ["wal", 2, 1]
    await database.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://localhost/x", "'mysql' is not supported"),
        ("not a url", "cannot be read"),
        ("sqlite://", "needs a file"),
        ("sqlite:////proc/nowhere/x.db", "cannot be written"),
    ],
)
def test_a_wrong_database_url_is_named(url, says):
    with pytest.raises(SettingsError, match=says):
        Database(url)
