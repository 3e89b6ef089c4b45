"""What strangers see of a server, under which names it answers, and how much one person may take of it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from maxbooster import live
from maxbooster.auth import identify, limits
from maxbooster.auth.keys.service import create
from maxbooster.auth.models import Membership, Session, User
from maxbooster.auth.sessions import queries
from maxbooster.db.models import PLATFORM
from maxbooster.identity import Identity
from maxbooster.observe import logs
from maxbooster.testing import make_person, open_api, open_browser
from maxbooster.testing.app import served

ADDRESS = "/api/core/session"
HTTPS = {"public_url": "https://music.example", "mail": "memory:", "login_floor_ms": 1}


@pytest.fixture
def app_settings():
    return {"mail": "memory:", "login_floor_ms": 1, "hosts": "studio.lan"}


def caller(app, address: str = "127.0.0.1", host: str = "localhost", **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(served(app), raise_app_exceptions=False, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers)


@pytest.mark.parametrize("app_settings", [HTTPS | {"hosts": "studio.lan"}])
@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("music.example", True), ("music.example:443", True), ("MUSIC.example.", True), ("studio.lan:8080", True),
        ("localhost:8080", True), ("127.0.0.1", True), ("[::1]:8080", True), ("192.168.1.7", True),
        ("evil.example", False), ("music.example.evil.example", False), ("music.example@evil.example", False),
        ("evil", False), ("[", False), ("127.0.0.1.evil.example", False),
    ],
)  # fmt: skip
async def test_a_server_answers_to_its_own_names_alone(app, host, known):
    """A page of another site can make its own name lead here (DNS rebinding)."""
    async with caller(app) as client:
        answer = await client.get("/api/core/plugins", headers={"host": host})
        assert answer.status_code == (401 if known else 421), answer.text
        assert (await client.get("/health/live", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/schema/openapi.json"])
async def test_metrics_and_the_api_description_are_not_for_strangers(app, path):
    async with caller(app) as here:
        assert (await here.get(path)).status_code == 200
    for stranger in (
        caller(app, "203.0.113.7"),
        caller(app, **{"x-forwarded-for": "203.0.113.7"}),
        caller(app, forwarded="for=203.0.113.7"),
        caller(app, host="studio.lan"),
    ):
        async with stranger as client:
            assert (await client.get(path)).status_code == 401


async def test_staff_read_metrics_and_everybody_with_a_login_the_api_description(app, account):
    staff = await make_person(app, operator="support")
    key = await app.database.write(
        lambda each: create(each, PLATFORM, frozenset({"metrics.read"}), at=app.clock(), user=staff.user)
    )
    async with caller(app, authorization=f"Bearer {key}") as tool, open_api(app, account.account, "job.read") as member:
        for client, path, status in (
            (tool, "/metrics", 200), (member, "/metrics", 403), (member, "/schema/openapi.json", 200)
        ):  # fmt: skip
            client.headers["x-forwarded-for"] = "203.0.113.7"
            assert (await client.get(path)).status_code == status


# Links that were handed out


async def _removed(app, person) -> None:
    await app.database.transact(lambda each: each.execute(delete(Membership).where(Membership.user_id == person.user)))


async def _disabled(app, person) -> None:
    at = app.clock()
    await app.database.transact(
        lambda each: each.execute(update(User).where(User.id == person.user).values(disabled_at=at))
    )


@pytest.mark.parametrize("loss", [_removed, _disabled])
async def test_a_download_link_is_worth_what_its_maker_may_read(app, loss):
    person = await make_person(app)
    identity = Identity(person.account, person.user, frozenset({"*"}), "session")
    async with app.unit(identity) as unit:
        file = await unit.files.put("song.txt", b"words")
        link = unit.files.link(file, timedelta(days=1))
    async with app.unit(Identity(person.account, None, frozenset({"*"}))) as unit:
        of_the_platform = unit.files.link(file, timedelta(days=1))
    async with open_browser(app) as anybody:
        assert (await anybody.get(link)).text == "words"
        await loss(app, person)
        assert [(await anybody.get(link)).status_code, (await anybody.head(link)).status_code] == [410, 410]
        assert (await anybody.get(of_the_platform)).text == "words"


# How much one person takes


async def test_one_person_listens_to_few_streams(app, monkeypatch):
    monkeypatch.setattr(live, "PER_PERSON", 3)
    monkeypatch.setattr(live, "PER_ACCOUNT", 4)
    nova = await make_person(app)
    vera = await make_person(app, "vera@example.org", account=nova.account, role="viewer")
    identity = Identity(nova.account, nova.user, frozenset())
    held = [app.live.listening(nova.account, nova.user) for _ in range(3)]
    for each in held:
        await each.__aenter__()
    async with open_browser(app) as browser, open_browser(app) as hers:
        await browser.log_in(nova)
        await hers.log_in(vera)
        refused = await browser.get("/api/core/live", headers={"accept": "text/event-stream"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        async with app.live.listening(nova.account, vera.user):
            assert (await hers.get("/api/core/live", headers={"accept": "text/event-stream"})).status_code == 429
        await held.pop().__aexit__(None, None, None)
        assert (await browser.get("/api/core/live")).status_code == 200
    for each in held:
        await each.__aexit__(None, None, None)
    app.live.refuse_too_many(nova.account, identity.user)


async def test_the_session_that_was_used_least_recently_makes_room(app, clock, monkeypatch):
    monkeypatch.setattr(queries, "MOST_SESSIONS", 3)
    monkeypatch.setattr(identify, "REMEMBER_S", 0.0)
    nova = await make_person(app)
    browsers = [open_browser(app) for _ in range(4)]
    opened = [await each.__aenter__() for each in browsers]
    for browser in opened:
        clock.advance(minutes=2)
        await browser.log_in(nova)
        assert (await opened[0].get(ADDRESS)).status_code in (200, 401)
    statuses = [(await each.get(ADDRESS)).status_code for each in opened]
    assert statuses == [200, 401, 200, 200], "the first was used all the time, the second least recently"
    counted = await app.database.read(lambda each: each.execute(select(func.count()).select_from(Session)).scalar())
    assert counted == 3
    for each in browsers:
        await each.__aexit__(None, None, None)


async def test_sessions_and_access_tokens_have_a_rate_too(app, monkeypatch):
    monkeypatch.setattr(identify, "BROWSER_REQUESTS_PER_S", 20)
    nova = await make_person(app)
    async with open_browser(app) as browser, open_browser(app) as program:
        await browser.log_in(nova)
        issued = await program.post("/api/core/tokens", json={"email": nova.email, "password": nova.password})
        program.headers["authorization"] = f"Bearer {issued.json()['access_token']}"
        answers = await asyncio.gather(*(browser.get(ADDRESS) for _ in range(40)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 10 <= len(refused) <= 20
        assert refused[0].headers["retry-after"] == "1"
        monkeypatch.setattr(identify.Credentials, "_requests_per_s", _twenty)
        await asyncio.sleep(1.1)
        answers = await asyncio.gather(*(program.get(ADDRESS) for _ in range(40)))
        assert 10 <= sum(answer.status_code == 429 for answer in answers) <= 20
        assert (await browser.get(ADDRESS)).status_code == 200


async def _twenty(*_: object) -> int:
    return 20


# What refusals say, and to whom


@pytest.mark.parametrize("app_settings", [HTTPS | {"redis": "redis://127.0.0.1:1/0"}])
async def test_strangers_hear_that_something_is_missing_and_programs_on_the_machine_why(app):
    async with caller(app) as here, caller(app, "203.0.113.7", "music.example") as stranger:
        said, told = (await here.get("/health/ready")).json(), (await stranger.get("/health/ready")).json()
    assert said["ready"] is told["ready"] is False
    assert "Redis" in str(said)
    assert [check.get("reason") for check in told["checks"]] == [None] * len(told["checks"])


async def test_a_refusal_is_logged_with_who_asked_from_where_for_what(app, capsys):
    nova = await make_person(app, role="viewer")
    async with open_browser(app, address="203.0.113.9") as browser:
        await browser.log_in(nova)
        logs.configure(form="json")
        assert (await browser.get("/api/core/keys")).status_code == 403
        forged = {"origin": "https://evil.example", "x-csrf-token": "wrong"}
        assert (await browser.post("/api/core/keys", json={}, headers=forged)).status_code == 403
        written = capsys.readouterr()
    entries = [json.loads(line) for line in (written.out + written.err).splitlines() if line.startswith("{")]
    [lacking, foreign] = [entry for entry in entries if entry["event"] == "request.refused"]
    assert (lacking["operation"], lacking["status"], lacking["address"]) == ("listKeys", 403, "203.0.113.9")
    assert (lacking["user"], lacking["account"]) == (str(nova.user), str(nova.account))
    assert foreign["operation"] == "createKey"


async def test_links_that_prove_nothing_are_tried_few_times(app):
    async with open_browser(app) as browser, open_browser(app, address="203.0.113.9") as elsewhere:
        confirm, body = "/api/core/profile/email/confirm", {"token": "x" * 43}
        statuses = [(await browser.post(confirm, json=body)).status_code for _ in range(limits.LINKS_FROM.burst + 1)]
        assert set(statuses[:-1]) == {410}
        assert statuses[-1] == 429
        assert (await elsewhere.post(confirm, json=body)).status_code == 410


async def test_a_password_stays_valid_however_old_it_is(app, clock):
    nova = await make_person(app)
    clock.advance(days=2000)
    async with open_browser(app) as browser:
        assert (await browser.log_in(nova))["user"]["email"] == nova.email
