"""The fence of a job: whoever lost it to another worker can change nothing of it any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from maxbooster.db import new_id
from maxbooster.jobs import queries
from maxbooster.jobs.models import JobRow
from maxbooster.jobs.queries import Claimed, Held, LeaseLost

LEASE = timedelta(seconds=30)
Deed = Callable[[Connection, Claimed, Any], Any]


def _finish(connection: Connection, mine: Claimed, at: Any) -> None:
    with pytest.raises(LeaseLost):
        queries.finish(connection, [Held(mine.seq, mine.token, at)])


def _finish_together(connection: Connection, mine: Claimed, at: Any) -> None:
    assert queries.finish_those_held(connection, [Held(mine.seq, mine.token, at)]) == 0


def _renew(connection: Connection, mine: Claimed, at: Any) -> None:
    assert queries.renew(connection, [(mine.seq, mine.token)], at + 5 * LEASE) == ({mine.seq}, set())


def _report(connection: Connection, mine: Claimed, at: Any) -> None:
    queries.report(connection, mine.seq, mine.token, 0.5, "half")


def _give_back(connection: Connection, mine: Claimed, at: Any) -> None:
    queries.give_back(connection, mine.seq, mine.token, note="failed", at=at, retry_at=at)


def _bury(connection: Connection, mine: Claimed, at: Any) -> None:
    queries.give_back(connection, mine.seq, mine.token, note="failed", at=at, retry_at=None)


def _put_off(connection: Connection, mine: Claimed, at: Any) -> None:
    queries.put_off(connection, mine.seq, mine.token, note="later", until=at)


@pytest.fixture
async def lost(app, clock) -> tuple[Claimed, Claimed]:
    """One job, as a worker holds it that was too slow, and as the one holds it that took it over."""

    def claimed(connection: Connection) -> Claimed:
        given = {"worker": str(new_id()), "now": clock(), "until": clock() + LEASE}
        [one] = queries.claim(connection, "default", 5, **given)
        return one

    row = queries.new_row(
        id=new_id(), queue="default", name="test.slow", arguments="[]", account_id=None, rank=0, run_at=clock(),
        key=None, per_key=1, once=None, created_at=clock(),
    )  # fmt: skip
    await app.database.write(lambda connection: queries.insert(connection, [row]))
    first = await app.database.write(claimed)
    clock.advance(seconds=31)
    assert await app.database.write(lambda connection: queries.release_expired(connection, clock())) == ["default"]
    return first, await app.database.write(claimed)


async def _row(app: Any) -> Any:
    return await app.database.read(lambda connection: connection.execute(select(JobRow.__table__)).one())


@pytest.mark.parametrize("deed", [_finish, _finish_together, _renew, _report, _give_back, _bury, _put_off])
async def test_a_worker_that_lost_its_job_changes_nothing_of_it(app, clock, lost, deed: Deed):
    mine, theirs = lost
    assert (mine.seq, mine.token + 1) == (theirs.seq, theirs.token)
    before = await _row(app)
    await app.database.write(lambda connection: deed(connection, mine, clock()))
    assert await _row(app) == before


async def test_the_worker_that_holds_it_finishes_it(app, clock, lost):
    _, theirs = lost
    held = Held(theirs.seq, theirs.token, clock())
    await app.database.write(lambda connection: queries.report(connection, theirs.seq, theirs.token, 0.5, "half"))
    assert (await _row(app)).progress == 0.5
    await app.database.write(lambda connection: queries.finish(connection, [held]))
    assert ((await _row(app)).state, (await _row(app)).finished_at) != ("running", None)
    with pytest.raises(LeaseLost):
        await app.database.write(lambda connection: queries.finish(connection, [held]))
