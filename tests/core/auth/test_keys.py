"""API keys: for programs, never stronger than the person whose they are, and limited."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from maxbooster.auth import meter
from maxbooster.auth.accounts.queries import give_role
from maxbooster.auth.keys import service
from maxbooster.auth.meter import Meter
from maxbooster.auth.models import ApiKey
from maxbooster.db import PLATFORM
from maxbooster.testing import make_app, make_person, open_browser
from maxbooster.testing.app import served

LIMIT = 20


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 30, "api_requests_per_s": LIMIT}


@pytest.fixture
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)


@pytest.fixture
async def owner(app):
    return await make_person(app)


@pytest.fixture
async def browser(app, owner):
    async with open_browser(app) as opened:
        await opened.log_in(owner)
        yield opened


@asynccontextmanager
async def program(app, key: str):
    """Something that calls the API with a key."""
    transport = httpx.ASGITransport(served(app), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url=app.settings.origin, headers=headers) as client:
        yield client


async def make_key(browser, *permissions: str, **more: Any) -> dict[str, Any]:
    made = await browser.post("/api/core/keys", json={"name": "robot", "permissions": list(permissions)} | more)
    assert made.status_code == 201, made.text
    return made.json()


async def make_account_key(app, account, *permissions: str) -> str:
    """As `maxbooster account token` makes it: the account's own, of nobody."""
    return await app.database.write(
        lambda connection: service.create(connection, account, frozenset(permissions), at=app.clock())
    )


# Making


async def test_a_key_is_shown_once_and_kept_as_a_hash(app, browser, owner):
    made = await make_key(browser, "file.read", days=7)
    assert made["key"].startswith("mbk_")
    [listed] = (await browser.get("/api/core/keys")).json()
    assert listed["hint"] == made["key"][: len(listed["hint"])]
    assert len(listed["hint"]) <= 10
    assert (listed["name"], listed["permissions"], listed["user"]) == ("robot", ["file.read"], str(owner.user))
    secret = made["key"].removeprefix(listed["hint"])
    assert secret not in str(listed)
    rows = await app.database.read(lambda connection: connection.execute(select(ApiKey.__table__)).all())
    assert [row.hash for row in rows] == [sha256(made["key"].encode()).digest()]
    assert secret not in str(rows)
    assert rows[0].expires_at - rows[0].created_at == timedelta(days=7)


async def test_a_key_may_hold_what_its_maker_holds_and_no_more(app, browser, owner):
    editor = await make_person(app, "editor@example.org", role="admin", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(editor)
        for permissions, says in (
            (["file.read", "user.read"], "You do not hold 'user.read' yourself."),
            (["file.raed"], "Did you mean 'file.read'?"),
        ):
            refused = await other.post("/api/core/keys", json={"name": "robot", "permissions": permissions})
            assert (refused.status_code, refused.json()["field"]) == (422, "permissions")
            assert says in refused.json()["detail"]
        none = await other.post("/api/core/keys", json={"name": "robot", "permissions": []})
        assert none.status_code == 422
    assert (await browser.get("/api/core/keys")).json() == []


async def test_an_account_has_at_most_50_keys(app, browser, owner):
    for _ in range(service.MOST_KEYS - 1):
        await make_account_key(app, owner.account, "file.read")
    await make_key(browser, "file.read")
    refused = await browser.post("/api/core/keys", json={"name": "robot", "permissions": ["file.read"]})
    assert (refused.status_code, "at most 50 keys" in refused.json()["detail"]) == (403, True)
    listed = (await browser.get("/api/core/keys")).json()
    assert (await browser.delete(f"/api/core/keys/{listed[0]['id']}")).status_code == 204
    await make_key(browser, "file.read")


async def test_another_accounts_keys_do_not_exist(app, browser):
    stranger = await make_person(app, "stranger@example.org")
    made = await make_key(browser, "file.read")
    async with open_browser(app) as other:
        await other.log_in(stranger)
        assert (await other.get("/api/core/keys")).json() == []
        assert (await other.delete(f"/api/core/keys/{made['id']}")).status_code == 404
    assert len((await browser.get("/api/core/keys")).json()) == 1


# What a key may


async def test_a_key_does_what_it_is_for_and_nothing_else(app, browser, owner, forgetful):
    made = await make_key(browser, "account.read")
    async with program(app, made["key"]) as robot:
        assert (await robot.get("/api/core/account")).json()["id"] == str(owner.account)
        assert (await robot.get("/api/core/members")).status_code == 403


async def test_a_key_weakens_with_the_person_whose_it_is(app, browser, owner, forgetful):
    admin = await make_person(app, "admin@example.org", role="admin", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(admin)
        narrow, wide = await make_key(other, "audit.read", "account.read"), await make_key(other, "*")
    async with program(app, narrow["key"]) as robot, program(app, wide["key"]) as wildcard:
        assert (await wildcard.get("/api/core/audit")).status_code == 200
        assert (await wildcard.get("/api/core/users")).status_code == 403
        assert (await robot.get("/api/core/audit")).status_code == 200
        changed = await browser.patch(f"/api/core/members/{admin.user}", json={"role": "viewer"})
        assert changed.status_code == 200
        assert (await robot.get("/api/core/audit")).status_code == 403
        assert (await robot.get("/api/core/account")).status_code == 200
        assert (await wildcard.get("/api/core/audit")).status_code == 403
        assert (await wildcard.get("/api/core/account")).status_code == 200
        await app.database.write(lambda connection: give_role(connection, owner.account, admin.user, "owner"))
        assert (await robot.get("/api/core/members")).status_code == 403
        assert (await wildcard.get("/api/core/members")).status_code == 200


async def test_a_weaker_role_reaches_a_key_within_a_second_in_every_process(app, browser, owner):
    admin = await make_person(app, "admin@example.org", role="admin", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(admin)
        made = await make_key(other, "audit.read")
    async with program(app, made["key"]) as robot:
        assert (await robot.get("/api/core/audit")).status_code == 200
        await app.database.write(lambda connection: give_role(connection, owner.account, admin.user, "viewer"))
        assert (await robot.get("/api/core/audit")).status_code == 200
        await asyncio.sleep(1.05)
        assert (await robot.get("/api/core/audit")).status_code == 403


async def test_an_accounts_own_key_is_no_key_to_the_platform(app, owner, forgetful):
    """`*` is everything that an account's role can hold; what staff may is not among it."""
    for scope in (["*"], ["user.read", "account.read"]):
        async with program(app, await make_account_key(app, owner.account, *scope)) as robot:
            assert (await robot.get("/api/core/account")).status_code == 200
            assert (await robot.get("/api/core/users")).status_code == 403


async def test_a_key_cannot_do_what_takes_a_person(app, browser, owner, forgetful):
    theirs, nobodys = (await make_key(browser, "*"))["key"], await make_account_key(app, owner.account, "*")
    for key in (theirs, nobodys):
        async with program(app, key) as robot:
            asked = [
                await robot.post("/api/core/keys", json={"name": "child", "permissions": ["file.read"]}),
                await robot.post("/api/core/session/prove", json={"password": owner.password}),
                await robot.post("/api/core/session/account", json={"account": str(owner.account)}),
                await robot.delete("/api/core/session"),
                await robot.delete("/api/core/devices"),
                await robot.post("/api/core/invitations", json={"email": "x@example.org", "role": "viewer"}),
                await robot.delete(f"/api/core/members/{owner.user}"),
                await robot.post("/api/core/profile/erasure"),
                await robot.get("/api/core/profile/export"),
                await robot.post("/api/core/profile/password", json={"current": owner.password, "password": "x"}),
            ]
        assert [answer.status_code for answer in asked] == [403] * len(asked)
    assert (await browser.get("/api/core/session")).status_code == 200


async def test_a_key_of_nobody_is_in_its_account_but_is_no_person(app, owner, forgetful):
    async with program(app, await make_account_key(app, owner.account, "*")) as robot:
        me = (await robot.get("/api/core/session")).json()
        assert (me["user"], me["account"]["id"]) == (None, str(owner.account))
        assert (await robot.post("/api/core/account/leave")).status_code == 403
        assert (await robot.patch("/api/core/profile", json={"name": "Robot"})).status_code == 403


# Its end


async def test_a_key_expires(app, browser, clock, forgetful):
    made = await make_key(browser, "account.read", days=1)
    async with program(app, made["key"]) as robot:
        clock.advance(hours=23)
        assert (await robot.get("/api/core/account")).status_code == 200
        clock.advance(hours=2)
        assert (await robot.get("/api/core/account")).status_code == 401


@pytest.mark.parametrize("days", [0, 731, -1])
async def test_a_key_lives_for_1_to_730_days(app, browser, days):
    body = {"name": "robot", "permissions": ["file.read"], "days": days}
    assert (await browser.post("/api/core/keys", json=body)).status_code == 422


async def test_a_revoked_key_is_worth_nothing_at_once(app, browser):
    made = await make_key(browser, "account.read")
    async with program(app, made["key"]) as robot:
        assert (await robot.get("/api/core/account")).status_code == 200
        assert (await browser.delete(f"/api/core/keys/{made['id']}")).status_code == 204
        assert (await robot.get("/api/core/account")).status_code == 401
    assert (await browser.get("/api/core/keys")).json() == []


async def test_keys_are_in_the_trail_without_their_secrets(app, browser, owner):
    made = await make_key(browser, "file.read")
    await browser.delete(f"/api/core/keys/{made['id']}")
    entries = [
        each
        for each in (await browser.get("/api/core/audit")).json()["items"]
        if each["action"] == "security.key_changed"
    ]
    assert [entry["after"]["change"] for entry in entries] == ["revoked", "made"]
    assert {entry["actor"] for entry in entries} == {str(owner.user)}
    assert made["key"] not in str(entries)


async def test_who_revoked_a_key_is_told_rather_than_whose_it_was(app, browser, owner):
    admin = await make_person(app, "admin@example.org", role="admin", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(admin)
        made = await make_key(other, "file.read")
    await browser.delete(f"/api/core/keys/{made['id']}")
    entries = (await browser.get("/api/core/audit")).json()["items"]
    [revoked] = [each for each in entries if each["after"] and each["after"].get("change") == "revoked"]
    assert (revoked["actor"], revoked["object"]) == (str(owner.user), f"core_user:{admin.user}")


# Its limit


async def test_requests_beyond_the_limit_are_refused_and_counted(app, browser):
    made = await make_key(browser, "account.read")
    async with program(app, made["key"]) as robot:
        answers = [await robot.get("/api/core/account") for _ in range(LIMIT * 2)]
        refused = [answer for answer in answers if answer.status_code == 429]
        let_through = len(answers) - len(refused)
        assert LIMIT <= let_through < LIMIT * 1.7
        assert refused[0].headers["retry-after"] == "1"
        assert refused[0].json()["type"] == "urn:maxbooster:problem:too-many-requests"
        await asyncio.sleep(1.1)
        assert (await robot.get("/api/core/account")).status_code == 200
        [listed] = (await browser.get("/api/core/keys")).json()
        assert (listed["requests"], listed["refused"]) == (let_through, len(refused))
        assert listed["used_at"] is not None


async def test_keys_have_limits_of_their_own_and_browsers_none(app, browser):
    one, two = await make_key(browser, "account.read"), await make_key(browser, "account.read")
    async with program(app, one["key"]) as busy, program(app, two["key"]) as other:
        assert 429 in [(await busy.get("/api/core/account")).status_code for _ in range(LIMIT * 2)]
        assert (await other.get("/api/core/account")).status_code == 200
        assert {(await browser.get("/api/core/account")).status_code for _ in range(LIMIT * 2)} == {200}


async def test_unknown_tokens_do_not_refill_a_limit(app, browser, monkeypatch):
    """However many are tried, and although the memory of what is known has a bound."""
    monkeypatch.setattr("maxbooster.auth.identify._REMEMBERED", 5)
    made = await make_key(browser, "account.read")
    async with program(app, made["key"]) as robot, open_browser(app) as flood:
        assert 429 in [(await robot.get("/api/core/account")).status_code for _ in range(LIMIT * 2)]
        for number in range(30):
            headers = {"authorization": f"Bearer mbk_{number:043}"}
            assert (await flood.get("/api/core/account", headers=headers)).status_code == 401
            answer = await robot.get("/api/core/account")
            if answer.status_code == 429:
                break
        else:
            pytest.fail("unknown tokens lifted the limit")


@pytest.mark.slow
async def test_processes_share_a_keys_limit(app, browser, tmp_path, database_url, app_settings):
    """Each learns once a second what the others let through: what was too much at first is paid back, then together
    they are near the limit."""
    made = await make_key(browser, "account.read")
    async with (
        make_app(tmp_path / "data", database_url, migrated=True, **app_settings) as second,
        program(app, made["key"]) as one,
        program(second, made["key"]) as two,
    ):
        let_through = [0] * 7

        async def call(robot: httpx.AsyncClient) -> None:
            began = asyncio.get_running_loop().time()
            while (passed := asyncio.get_running_loop().time() - began) < 7:
                answer = await robot.get("/api/core/account")
                let_through[int(passed)] += answer.status_code == 200
                await asyncio.sleep(0.015)

        await asyncio.gather(call(one), call(two))
    assert let_through[0] > LIMIT * 1.5
    assert LIMIT * 0.5 < let_through[6] < LIMIT * 1.6
    assert sum(let_through) < LIMIT * 7 * 1.6


async def test_one_process_alone_keeps_its_whole_limit_when_many_calls_come_at_once(app, browser):
    """Calls that look the key up at the same time do not take each other's counts for another process's."""
    made = await make_key(browser, "account.read")
    async with program(app, made["key"]) as robot:
        answers = await asyncio.gather(*(robot.get("/api/core/account") for _ in range(LIMIT)))
        assert {answer.status_code for answer in answers} == {200}
        await asyncio.sleep(1.1)
        answers = await asyncio.gather(*(robot.get("/api/core/account") for _ in range(LIMIT)))
        await asyncio.sleep(1.1)
        answers = [await robot.get("/api/core/account") for _ in range(LIMIT)]
        assert {answer.status_code for answer in answers} == {200}


# The meter by itself


class Seconds:
    """A monotonic clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ticking(per_s: int) -> tuple[Meter, Seconds]:
    seconds = Seconds()
    meter.monotonic = seconds  # type: ignore[attr-defined]
    made = Meter()
    made.allow(per_s)
    return made, seconds


@pytest.fixture(autouse=True)
def real_time(monkeypatch):
    """Whatever a test sets the meter's clock to, the next one finds the real one."""
    monkeypatch.setattr(meter, "monotonic", meter.monotonic)


STEPS = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 3)), min_size=1, max_size=30)


@given(st.integers(1, 50), STEPS)
def test_a_meter_lets_through_a_burst_of_a_second_and_then_its_rate(per_s, steps):
    taking, seconds = ticking(per_s)
    began, through = seconds.now, 0
    for tries, pause in steps:
        through += sum(taking.take() for _ in range(tries))
        assert through <= per_s + (seconds.now - began) * per_s + 1e-6
        seconds.now += pause
    used, refused = taking.counted()
    assert (used, refused) == (through, sum(tries for tries, _ in steps) - through)
    assert taking.counted() == (0, 0)


@given(st.integers(1, 50), st.lists(st.integers(0, 5000), max_size=20))
def test_however_busy_the_others_a_tenth_stays(per_s, others):
    taking, seconds = ticking(per_s)
    total = 0
    taking.learn(total, own=0)
    for count in others:
        seconds.now += 1
        total += count
        taking.learn(total, own=0)
    seconds.now += 10
    assert sum(taking.take() for _ in range(per_s * 2)) >= max(0, int(per_s / 10 + 1e-9))


@given(st.integers(1, 50), st.lists(st.tuples(st.integers(0, 60), st.floats(0, 3), st.booleans()), max_size=30))
def test_a_meters_own_requests_are_not_taken_for_others(per_s, steps):
    """Nor when two calls at the same time (`twice`) both read what was written down before either added to it."""
    taking, seconds = ticking(per_s)
    written = 0
    for tries, pause, twice in steps:
        for _ in range(tries):
            taking.take()
        used, _ = taking.counted()
        taking.learn(written, own=used)
        if twice:
            taking.learn(written, own=0)
        written += used
        seconds.now += pause
    seconds.now += 1
    assert sum(taking.take() for _ in range(per_s * 2)) == per_s


def test_when_the_others_fall_silent_the_limit_comes_back():
    taking, seconds = ticking(10)
    taking.learn(0, own=0)
    seconds.now += 1
    taking.learn(10, own=0)
    seconds.now += 1
    assert sum(taking.take() for _ in range(20)) == 5
    for _ in range(5):
        taking.learn(10, own=0)
        seconds.now += 1
    assert sum(taking.take() for _ in range(20)) >= 9


async def test_a_staff_token_works_in_the_platform_alone(app, forgetful):
    """And only as long as its person is staff; `maxbooster user token` makes it."""
    staff = await make_person(app, "staff@example.org", operator="finance")
    key = await app.database.write(
        lambda connection: service.create(
            connection, PLATFORM, frozenset({"*"}), at=app.clock(), user=staff.user, lifetime=timedelta(days=1)
        )
    )
    async with program(app, key) as robot:
        assert (await robot.get("/api/core/users")).status_code == 200
        assert (await robot.get("/api/core/members")).status_code == 403
        await app.database.write(
            lambda connection: connection.execute(text("UPDATE core_user SET operator = NULL")) and None
        )
        assert (await robot.get("/api/core/users")).status_code == 403
