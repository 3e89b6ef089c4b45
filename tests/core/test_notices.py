"""What people are told when they look in, and what a new account should do first."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from maxbooster.identity import Identity
from maxbooster.plugin import job, notify
from maxbooster.testing import drain, make_person, open_api, open_browser

SETLIST = {
    "title": "Spring",
    "venue": "Kitchen",
    "played_on": "2027-06-01",
    "songs": [{"title": "So What", "duration_s": 545}],
}


@asynccontextmanager
async def at_home(app, person):
    async with open_browser(app) as browser:
        await browser.log_in(person)
        yield browser


async def told(app, account, *given, **more):
    async with app.unit(Identity(account, None, frozenset({"*"}))) as ctx:
        await notify(ctx, *given, **more)


@pytest.fixture
async def nova(app):
    return await make_person(app, "nova@example.org")


async def test_everybody_in_the_account_is_told_and_nobody_else(app, nova):
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=nova.account)
    stranger = await make_person(app, "stranger@example.org")
    await told(
        app, nova.account, "demo.ready", "“{title}” is ready", text="All of it.", path="/x", facts={"title": "Halo"}
    )
    for person in (nova, viewer):
        async with at_home(app, person) as browser:
            answer = (await browser.get("/api/core/notices")).json()
            [notice] = answer["notices"]
            assert (answer["unread"], notice["kind"], notice["read"]) == (1, "demo.ready", False)
            assert (notice["title"], notice["facts"]) == ("“{title}” is ready", {"title": "Halo"})
    async with at_home(app, stranger) as browser:
        answer = (await browser.get("/api/core/notices")).json()
        assert (answer["unread"], answer["notices"]) == (0, [])


async def test_one_person_or_those_who_may_do_something_about_it(app, nova):
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=nova.account)
    await told(app, nova.account, "demo.one", "For the viewer", to=viewer.user)
    await told(app, nova.account, "demo.some", "For those who steer jobs", permission="job.control")
    async with at_home(app, nova) as browser:
        assert [each["kind"] for each in (await browser.get("/api/core/notices")).json()["notices"]] == ["demo.some"]
    async with at_home(app, viewer) as browser:
        assert [each["kind"] for each in (await browser.get("/api/core/notices")).json()["notices"]] == ["demo.one"]


async def test_what_was_read_stays_read_and_only_the_readers_own(app, nova):
    other = await make_person(app, "other@example.org", role="admin", account=nova.account)
    for number in range(3):
        await told(app, nova.account, f"demo.n{number}", f"Number {number}")
    async with at_home(app, nova) as browser:
        newest = (await browser.get("/api/core/notices", params={"limit": 1})).json()["notices"]
        assert [each["title"] for each in newest] == ["Number 2"]
        assert (await browser.post("/api/core/notices/read")).status_code == 204
        answer = (await browser.get("/api/core/notices")).json()
        assert (answer["unread"], [each["read"] for each in answer["notices"]]) == (0, [True] * 3)
    async with at_home(app, other) as browser:
        assert (await browser.get("/api/core/notices")).json()["unread"] == 3


async def test_who_looks_on_is_hinted(app, nova):
    async with app.live.listening(nova.account) as hints:
        await told(app, nova.account, "demo.ready", "Ready")
        hint = json.loads(await asyncio.wait_for(hints.get(), 5))
    assert (hint["kind"], hint["name"]) == ("event", "notice.given")


async def test_a_unit_that_fails_tells_nobody(app, nova):
    with pytest.raises(RuntimeError):
        async with app.unit(Identity(nova.account, None, frozenset({"*"}))) as ctx:
            await notify(ctx, "demo.never", "Never")
            raise RuntimeError
    async with at_home(app, nova) as browser:
        assert (await browser.get("/api/core/notices")).json()["notices"] == []


@job("demo.breaks", attempts=1)
async def breaks(ctx):
    raise ValueError("the tape ran out")


async def test_a_job_that_has_used_up_its_tries_is_told(app, nova):
    app.jobs["demo.breaks"] = breaks
    async with app.unit(Identity(nova.account, None, frozenset({"*"}))) as ctx:
        ctx.enqueue(breaks)
    await drain(app)
    async with at_home(app, nova) as browser:
        [notice] = (await browser.get("/api/core/notices")).json()["notices"]
    assert (notice["kind"], notice["tone"], notice["path"]) == ("job.dead", "danger", "/work")
    assert (notice["facts"], notice["text"]) == ({"job": "demo.breaks"}, "ValueError: the tape ran out")


async def test_hook_first_steps(app, nova):
    async with at_home(app, nova) as browser:
        before = {each["id"]: each["done"] for each in (await browser.get("/api/core/first-steps")).json()}
        assert before.items() >= {"setlist.first": False, "core.factor": False, "core.team": False}.items()
        await browser.post("/api/setlist/setlists", json=SETLIST)
        await browser.prove(nova)
        await browser.post("/api/core/invitations", json={"email": "mix@example.org", "role": "editor"})
        after = {each["id"]: each["done"] for each in (await browser.get("/api/core/first-steps")).json()}
    assert after.items() >= {"setlist.first": True, "core.factor": False, "core.team": True}.items()


async def test_plugins_that_are_asked_together_do_not_get_in_each_others_way(app, nova):
    """They read through one Context at the same time; nobody's answer is lost."""
    async with at_home(app, nova) as browser:
        all_of_them = (await browser.get("/api/core/first-steps")).json()
        assert len(all_of_them) >= 3
        for _ in range(10):
            answers = await asyncio.gather(*(browser.get("/api/core/first-steps") for _ in range(4)))
            assert all(answer.json() == all_of_them for answer in answers)


async def test_steps_that_one_may_not_take_are_not_shown(app, nova):
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=nova.account)
    async with at_home(app, viewer) as browser:
        shown = {each["id"] for each in (await browser.get("/api/core/first-steps")).json()}
    assert "core.factor" in shown
    assert "core.team" not in shown


async def test_what_the_policy_of_the_page_refused_is_reported(app):
    report = {"csp-report": {"blocked-uri": "https://elsewhere.example", "effective-directive": "img-src"}}
    async with open_api(app) as browser:
        for sent in (json.dumps(report).encode(), b"[1, 2]", b"\xff", b"", b'{"csp-report": "x"}', b"{" * 20_000):
            answer = await browser.post("/api/core/csp-reports", content=sent)
            assert answer.status_code == 204
        assert "maxbooster_csp_reports_total" in (await browser.get("/metrics")).text


async def test_the_languages_of_the_page_are_those_of_the_shell(app):
    async with open_api(app) as api:
        assert (await api.get("/api/core/translations")).json() == ["en"]
        assert "setlist.title" in (await api.get("/api/core/translations/de")).json()
        assert (await api.get("/api/core/translations/xx")).status_code == 404
