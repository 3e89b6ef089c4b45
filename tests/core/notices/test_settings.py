"""How people hear of things: by kind and channel, each in their own accounts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import select

import maxbooster
from maxbooster.app import App
from maxbooster.auth.models import User
from maxbooster.notices.models import NoticePreference, NoticeTimes
from maxbooster.plugin import NoticeKind
from maxbooster.settings import read
from maxbooster.testing import make_person, open_api

from .conftest import at_home, choose, told

ROOT = Path(maxbooster.__file__).parents[2]
SETTINGS = "/api/core/notices/settings"
BY_EVENT = {"release.live", "release.rejected", "delivery.flagged", "delivery.overdue"}
"""Kinds that are named after the event that they tell."""


def _told_kinds():
    """The second argument of each `notify(ctx, …)`; where it is a parameter, what callers give for it."""
    for path in [*ROOT.glob("core/maxbooster/**/*.py"), *ROOT.glob("plugins/*/maxbooster_*/**/*.py"),
                 *ROOT.glob("examples/*/maxbooster_*/**/*.py")]:  # fmt: skip
        calls = [each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.Call)]
        for call in calls:
            if getattr(call.func, "id", "") != "notify" or len(call.args) < 3:
                continue
            yield path, call.args[1], [each for each in calls if getattr(each.func, "id", "") == "_tell"]


def test_whatever_is_told_is_declared():
    declared = {kind.name for _, kind in App(read({"MAXBOOSTER_EXAMPLES": "true"})).offers.notice_kinds}
    found = set()
    for path, given, tellers in _told_kinds():
        match given:
            case ast.Constant(value=str(name)):
                found.add(name)
            case ast.Name(id="kind"):
                found |= {call.args[1].value for call in tellers}
            case ast.Call(func=ast.Attribute(attr="name")):
                found |= BY_EVENT
            case _:
                if path.name not in {"proofs.py", "offering.py"}:  # emails, which have a function of that name
                    pytest.fail(f"{path}: say which kind {ast.unparse(given)} is")
    assert {"payout.failed", "page.taken_down", "release.live", "mail.undeliverable"} <= found
    assert found - declared == set()
    assert declared - found - {"job.dead"} == set(), "declared, and never told"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "Payout"}, "area.what"),
        ({"name": "x.y", "title": " "}, "title"),
        ({"name": "x.y", "email": "soon"}, "at_once"),
    ],
)
def test_a_kind_that_cannot_be_is_named(given, says):
    with pytest.raises(ValueError, match=says):
        NoticeKind(**{"title": "T"} | given)


async def test_what_is_chosen_counts_in_this_account_alone(app, nova, home):
    shown = (await home.get(SETTINGS)).json()
    kinds = {each["kind"]: each for each in shown["kinds"]}
    assert (
        kinds["payout.failed"].items()
        >= {"group": "Billing", "required": True, "email": "at_once", "push": True}.items()
    )
    assert (shown["times"]["zone"], shown["mailbox"]["state"]) == ("UTC", "reachable")
    await choose(home, "payout.paid", bell=False, email="never")
    await told(app, nova.account, "payout.paid", "Paid", to=nova.user)
    assert (await home.get("/api/core/notices")).json()["notices"] == []
    other = await make_person(app, "else@example.org", account=nova.account)
    async with at_home(app, other) as browser:
        theirs = {each["kind"]: each for each in (await browser.get(SETTINGS)).json()["kinds"]}
        assert theirs["payout.paid"] == kinds["payout.paid"]


async def test_money_that_failed_can_come_otherwise_but_not_be_silenced(app, home):
    await choose(home, "payout.failed", bell=False)
    refused = await home.patch(f"{SETTINGS}/payout.failed", json={"email": "daily"})
    assert (refused.status_code, "can't be turned off" in refused.json()["detail"]) == (422, True)
    await choose(home, "payout.failed", bell=True, email="never")
    refused = await home.patch(f"{SETTINGS}/payout.failed", json={"bell": False})
    assert refused.status_code == 422
    unknown = await home.patch(f"{SETTINGS}/payout.fialed", json={"bell": False})
    assert (unknown.status_code, "payout.failed" in unknown.json()["detail"]) == (404, True)


async def test_nobody_is_asked_about_what_they_are_not_told(app, nova):
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=nova.account)
    async with at_home(app, viewer) as browser:
        kinds = {each["kind"] for each in (await browser.get(SETTINGS)).json()["kinds"]}
    assert "ledger.proposed" not in kinds
    assert {"release.live", "page.taken_down"} <= kinds


async def test_an_accounts_key_has_no_settings(app, nova):
    async with open_api(app, nova.account) as api:
        assert (await api.get(SETTINGS)).status_code == 403
        assert (await api.patch(f"{SETTINGS}/payout.paid", json={"bell": False})).status_code == 403


async def test_hook_register_notice_kinds(app, home):
    kinds = {each["kind"]: each for each in (await home.get(SETTINGS)).json()["kinds"]}
    assert kinds["setlist.printed"]["title"] == "A stage sheet was printed"


async def test_what_nobody_declares_comes_by_the_usual_channels(app, nova, home, post, clock):
    """A plugin that is older than its kinds, or was removed since: its notices stay, and none is lost."""
    await told(app, nova.account, "gone.thing", "Something of a plugin that is gone")
    [notice] = (await home.get("/api/core/notices")).json()["notices"]
    assert notice["kind"] == "gone.thing"
    clock.advance(hours=24)
    await post.gather()
    assert ["1 notification" in mail.subject for mail in await post.sent()] == [True]


async def test_a_time_zone_that_is_none_is_named(home):
    wrong = await home.put("/api/core/notices/times", json={"zone": "Europe/Belrin"})
    assert (wrong.status_code, "Did you mean 'Europe/Berlin'" in wrong.json()["detail"]) == (422, True)
    for zone in ("../../etc/passwd", "/etc/localtime", "", "x" * 65):
        assert (await home.put("/api/core/notices/times", json={"zone": zone})).status_code in (400, 422)
    right = await home.put("/api/core/notices/times", json={"zone": "Asia/Kathmandu", "language": "de-AT"})
    assert right.json() == {"zone": "Asia/Kathmandu", "hour": 8, "weekday": 0, "language": "de-AT"}
    assert (await home.get("/api/core/notices")).json()["has_times"] is True


async def test_what_somebody_chose_goes_with_them(app, nova, home, clock):
    await choose(home, "payout.paid", push=True)
    await home.put("/api/core/notices/times", json={"zone": "Europe/Berlin"})
    await home.prove(nova)
    taken = (await home.get("/api/core/profile/export")).json()
    assert "core_notice_preference" in str(taken)
    async with app.unit() as ctx:
        user = await ctx.platform.first(select(User).where(User.id == nova.user))
        user.erase_at = ctx.now
    clock.advance(hours=1)
    async with app.unit() as ctx:
        await app.jobs["core.erase_person"].handler(ctx, nova.user)
    for table in (NoticePreference, NoticeTimes):
        query = select(table.__table__.c.user_id)
        assert await app.database.read(lambda connection, query=query: connection.execute(query).all()) == []
