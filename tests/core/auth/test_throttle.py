"""Limits that all processes agree on: exactly the burst, then one try after another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from maxbooster.auth.throttle import Limit, Throttle, forgive, network, prune, take

LOGIN = Limit("login", burst=3, per_s=10)
START = datetime(2030, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def database(app):
    Throttle.__table__.create(app.database.engine, checkfirst=True)
    return app.database


async def _take(database, limit: Limit, subject: str, after_s: float = 0) -> float:
    return await database.write(lambda connection: take(connection, limit, subject, START + timedelta(seconds=after_s)))


async def _keys(database) -> list[bytes]:
    return await database.read(lambda connection: connection.execute(select(Throttle.key)).scalars().all())


async def test_the_burst_is_allowed_at_once_then_one_try_every_so_often(database):
    assert [await _take(database, LOGIN, "ada") for _ in range(4)] == [0, 0, 0, 10]
    assert await _take(database, LOGIN, "ada", after_s=9.5) == 0.5
    assert await _take(database, LOGIN, "ada", after_s=10) == 0
    assert await _take(database, LOGIN, "ada", after_s=10) == 10


async def test_who_waits_as_long_as_told_is_let_in(database):
    limit = Limit("reset", burst=1, per_s=1 / 3)
    assert await _take(database, limit, "ada") == 0
    wait_s = await _take(database, limit, "ada", after_s=0.1)
    assert await _take(database, limit, "ada", after_s=0.1 + wait_s) == 0


async def test_a_long_rest_gives_the_whole_burst_back_and_no_more(database):
    assert [await _take(database, LOGIN, "ada", after_s=1000) for _ in range(4)] == [0, 0, 0, 10]
    assert [await _take(database, LOGIN, "ada", after_s=9000) for _ in range(4)] == [0, 0, 0, 10]


async def test_refused_tries_do_not_lengthen_the_wait(database):
    for _ in range(3):
        await _take(database, LOGIN, "ada")
    assert {await _take(database, LOGIN, "ada") for _ in range(20)} == {10}


async def test_subjects_and_limits_are_counted_apart(database):
    once = Limit("register", burst=1, per_s=60)
    assert await _take(database, once, "ada") == 0
    assert await _take(database, once, "ada") > 0
    assert await _take(database, once, "bob") == 0
    assert await _take(database, Limit("invite", burst=1, per_s=60), "ada") == 0


async def test_a_forgiven_subject_has_its_whole_burst_again(database):
    for subject in ("ada", "bob"):
        for _ in range(3):
            await _take(database, LOGIN, subject)
    await database.write(lambda connection: forgive(connection, LOGIN, "ada"))
    assert [await _take(database, LOGIN, "ada") for _ in range(4)] == [0, 0, 0, 10]
    assert await _take(database, LOGIN, "bob") > 0


async def test_pruning_deletes_only_what_limits_nothing_any_more(database):
    await _take(database, LOGIN, "ada")
    for _ in range(3):
        await _take(database, LOGIN, "bob")
    later = START + timedelta(seconds=10)
    assert await database.write(lambda connection: prune(connection, later)) == 1
    assert await _take(database, LOGIN, "bob", after_s=9) > 0


async def test_no_address_or_email_is_stored(database):
    await _take(database, LOGIN, "ada@example.org")
    (key,) = await _keys(database)
    assert len(key) == 32
    assert b"ada" not in key


@pytest.mark.parametrize("way", ["write", "transact"])
async def test_many_at_once_get_exactly_the_burst(database, way):
    limit = Limit("login", burst=7, per_s=3600)

    def attempt(connection: Connection) -> float:
        return take(connection, limit, "ada", START)

    waits = await asyncio.gather(*(getattr(database, way)(attempt) for _ in range(50)))
    assert waits.count(0.0) == 7
    assert {wait for wait in waits if wait} == {3600.0}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    burst=st.integers(1, 5),
    per_s=st.sampled_from([0.25, 1.0, 7.5]),
    gaps=st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.25, 1.0, 3.0, 7.5, 60.0]), min_size=1, max_size=40),
)
@example(burst=2, per_s=1.0, gaps=[0.0, 0.0, 0.0, 1.0, 0.0, 60.0, 0.0, 0.0, 0.0])
def test_no_window_allows_more_than_the_burst_and_what_its_length_adds(burst, per_s, gaps):
    engine = create_engine("sqlite://")
    Throttle.__table__.create(engine)
    limit, elapsed, allowed = Limit("login", burst, per_s), 0.0, []
    with engine.begin() as connection:
        for gap in gaps:
            elapsed += gap
            if take(connection, limit, "ada", START + timedelta(seconds=elapsed)) == 0:
                allowed.append(elapsed)
    for first, began in enumerate(allowed):
        for last in range(first, len(allowed)):
            assert last - first + 1 <= burst + (allowed[last] - began) / per_s + 1e-6
    assert len(allowed) >= min(burst, len(gaps))


@pytest.mark.parametrize(
    ("address", "limited"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("unix:/run/socket", "unix:/run/socket"),
        ("", ""),
    ],
)
def test_one_network_is_one_subject(address, limited):
    assert network(address) == limited
