"""What a label sees of all its artists at once, and who sees it."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest_asyncio

from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing.app import open_api
from maxbooster.testing.people import make_person, open_browser
from maxbooster_billing.plugin import Leg, Transaction, post


@pytest_asyncio.fixture
async def label(app):
    """A label's owner in their browser, with two artists below."""
    owner = await make_person(app, "owner@example.org")
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        browser.artists = {}
        for name in ("Mira", "Anton"):
            made = await browser.post("/api/core/sub-accounts", json={"name": name})
            browser.artists[name] = UUID(made.json()["id"])
        yield browser


async def rows(browser, name):
    answer = await browser.get(f"/api/core/roll-ups/{name}")
    assert answer.status_code == 200, answer.text
    return {each["account_name"]: each["rows"] for each in answer.json()["items"]}


async def test_hook_register_roll_ups(label):
    """Each family brings its table; people see those that they may."""
    offered = (await label.get("/api/core/roll-ups")).json()
    assert [each["name"] for each in offered] == ["distribution.releases", "billing.money", "core.people"]
    unknown = await label.get("/api/core/roll-ups/distribution.outlets")
    assert (unknown.status_code, "distribution.releases" in unknown.json()["detail"]) == (404, True)


async def test_the_people_of_all_artists_are_listed(label):
    found = await rows(label, "core.people")
    assert list(found) == ["Anton", "Mira"]
    assert [row["values"]["email"] for row in found["Mira"]] == ["owner@example.org"]


async def test_releases_of_all_artists_are_listed_each_with_its_own(app, label):
    async with open_api(app, label.artists["Mira"]) as mira:
        for title in ("First", "Second"):
            made = await mira.post("/api/distribution/releases", json={"title": title, "kind": "single"})
            assert made.status_code == 201, made.text
    found = await rows(label, "distribution.releases")
    shown = [(row["values"]["title"], row["values"]["status"], row["values"]["stores"]) for row in found["Mira"]]
    assert shown == [("Second", "draft", 0), ("First", "draft", 0)]
    assert found["Anton"] == []


async def test_money_of_all_artists_is_listed_by_currency(app, label):
    legs = (Leg("receivable", 1250, "spotify"), Leg("income", -1250, "spotify"))
    async with app.unit(Identity(label.artists["Anton"], None, frozenset({EVERYTHING}))) as ctx:
        await ctx.write(post, ctx.account, Transaction(key="1", currency="EUR", legs=legs), ctx.now)
    found = await rows(label, "billing.money")
    assert [row["values"]["receivable"] for row in found["Anton"]] == [{"amount": 1250, "currency": "EUR"}]
    assert found["Mira"] == []


async def test_only_those_who_oversee_see_it_and_only_their_own_artists(app, label):
    other = await make_person(app, "other@example.org")
    async with open_browser(app) as browser:
        await browser.log_in(other)
        assert await rows(browser, "core.people") == {}
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=await own_account(label))
    async with open_browser(app) as browser:
        await browser.log_in(viewer)
        assert (await browser.get("/api/core/roll-ups")).status_code == 403
        assert (await browser.get("/api/core/roll-ups/core.people")).status_code == 403
    manager = await make_person(app, "manager@example.org", role="manager", account=await own_account(label))
    async with open_browser(app) as browser:
        await browser.log_in(manager)
        offered = [each["name"] for each in (await browser.get("/api/core/roll-ups")).json()]
        assert offered == ["distribution.releases", "core.people"]
        assert (await browser.get("/api/core/roll-ups/billing.money")).status_code == 403


async def test_they_come_by_the_page_and_a_longer_list_is_said(app, label):
    first = (await label.get("/api/core/roll-ups/core.people", params={"limit": 1})).json()
    assert [each["account_name"] for each in first["items"]] == ["Anton"]
    rest = (await label.get("/api/core/roll-ups/core.people", params={"limit": 1, "cursor": first["next"]})).json()
    assert [each["account_name"] for each in rest["items"]] == ["Mira"]
    assert rest["next"] is None
    async with open_api(app, label.artists["Mira"]) as mira:
        for number in range(101):
            await mira.post("/api/distribution/releases", json={"title": f"Single {number}", "kind": "single"})
    answer = (await label.get("/api/core/roll-ups/distribution.releases")).json()
    assert [(each["account_name"], len(each["rows"]), each["has_more"]) for each in answer["items"]] == [
        ("Anton", 0, False),
        ("Mira", 100, True),
    ]


async def test_an_artist_that_cannot_be_read_is_said_and_hides_no_other(app, label, monkeypatch):
    roll_up = app.offers.roll_ups["core.people"]

    async def read(ctx, limit):
        if ctx.account == label.artists["Anton"]:
            raise RuntimeError("the disk is on fire")
        return await roll_up.read(ctx, limit)

    monkeypatch.setitem(app.offers.roll_ups, "core.people", msgspec.structs.replace(roll_up, read=read))
    answer = (await label.get("/api/core/roll-ups/core.people")).json()
    assert [(each["account_name"], each["failed"], len(each["rows"])) for each in answer["items"]] == [
        ("Anton", True, 0),
        ("Mira", False, 1),
    ]


async def own_account(browser):
    return UUID((await browser.get("/api/core/session")).json()["account"]["id"])
