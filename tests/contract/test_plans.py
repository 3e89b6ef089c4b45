"""What a plugin's permissions and a plan plugin's answers mean to the people who call."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, update

from maxbooster.auth import policy
from maxbooster.auth.models import Account
from maxbooster.db import PLATFORM, new_id
from maxbooster.testing import make_app, make_person, open_api, open_browser

MASTERING = """
@post("/", operation_id="masterLossless", permission="lathe.run", feature="mastering.lossless", status_code=200)
async def master() -> str:
    return "mastered"

@get("/preview", operation_id="previewMaster", permission="lathe.run")
async def preview() -> str:
    return "previewed"

@hookimpl
def register_routes():
    return [Routes("/", [master, preview])]
"""
MAY_MASTER = "requires=('setlist',), permissions=(Permission('lathe.run', 'Master', roles=('owner', 'artist')),)"
PLANS = """
asked = []

@hookimpl
async def account_plan(ctx, account):
    asked.append(account)
    {answer}
"""
FREE = "return Plan('free', frozenset({'mastering.preview'}), {'api.requests_per_s': 7})"

LABEL = """
from uuid import UUID

@get("/{account_id:uuid}/look", operation_id="lookInto", permission="label.look")
async def look(ctx: Context, account_id: UUID) -> str:
    async with ctx.enter(account_id, "label.look") as inside:
        return f"in {inside.account}"

@post("/{account_id:uuid}/settle", operation_id="settle", permission="label.look", status_code=200)
async def settle(ctx: Context, account_id: UUID) -> str:
    async with ctx.enter(account_id, "label.look") as inside:
        inside.audit("label.settled", "book:1")
        return "settled"

@post("/{account_id:uuid}/sneak", operation_id="sneakInto", permission="label.look", status_code=200)
async def sneak(ctx: Context, account_id: UUID, permission: str) -> str:
    async with ctx.enter(account_id, permission) as inside:
        return "in"

@post("/{account_id:uuid}/beyond", operation_id="goBeyond", permission="label.look", status_code=200)
async def beyond(ctx: Context, account_id: UUID) -> str:
    async with ctx.enter(account_id, "label.look") as inside:
        inside.demand("label.plain")
        return "in"

@hookimpl
def register_routes():
    return [Routes("/", [look, settle, sneak, beyond])]
"""
MAY_LOOK = """requires=('setlist',), permissions=(
    Permission('label.look', 'Look into accounts', roles=('owner',), operators=('support',), across=True),
    Permission('label.plain', 'Something else', roles=('owner',), operators=('support',)),
)"""


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)
    monkeypatch.setattr(policy, "REFRESH_S", 0.0)


@pytest.fixture
def opened(tmp_path, migrated_sqlite):
    """An App of what is installed by now. Nothing here is about SQL, so one kind of database is enough."""
    shutil.copy(migrated_sqlite, tmp_path / "maxbooster.db")

    @asynccontextmanager
    async def open_now(**settings: Any):
        given = {"mail": "memory:", "login_floor_ms": 30, "migrated": True} | settings
        async with make_app(tmp_path / "data", f"sqlite:///{tmp_path}/maxbooster.db", **given) as app:
            yield app

    return open_now


# Permissions of a plugin


async def test_a_plugin_that_is_off_leaves_no_permission(site, opened):
    site.install("lathe", MASTERING, manifest=MAY_MASTER)
    async with opened() as app:
        person = await make_person(app, role="artist")
        async with open_browser(app) as browser:
            assert "lathe.run" in (await browser.log_in(person))["permissions"]
            assert (await browser.get("/api/lathe/preview")).text == "previewed"
    async with opened(disabled="lathe") as app, open_browser(app) as browser:
        assert "lathe.run" not in (await browser.log_in(person))["permissions"]
        assert (await browser.get("/api/lathe/preview")).status_code == 404
        roles = (await browser.get("/api/core/account/roles")).json()
        assert not [role for role in roles if "lathe.run" in role["permissions"]]


async def test_a_departure_outlives_the_plugin_that_it_is_about(site, opened):
    """A grant for a plugin that is off gives nothing, and breaks nothing; it is there again with the plugin."""
    site.install("lathe", MASTERING, manifest=MAY_MASTER)
    async with opened() as app:
        person = await make_person(app, role="viewer")
        await app.database.write(lambda connection: policy.depart(connection, app.policy, "viewer", "lathe.run", True))
        async with open_browser(app) as browser:
            await browser.log_in(person)
            assert (await browser.get("/api/lathe/preview")).status_code == 200
    async with opened(disabled="lathe") as app, open_browser(app) as browser:
        assert "lathe.run" not in (await browser.log_in(person))["permissions"]
    async with opened() as app, open_browser(app) as browser:
        await browser.log_in(person)
        assert (await browser.get("/api/lathe/preview")).status_code == 200


async def test_a_manifest_with_an_unknown_role_is_refused_and_the_rest_runs(site, opened):
    site.install("lathe", MASTERING, manifest="permissions=(Permission('lathe.run', 'Master', roles=('boss',)),)")
    async with opened() as app, open_api(app, new_id()) as api:
        assert (await api.get("/api/lathe/preview")).status_code == 404
        assert "setlist" in [each["name"] for each in (await api.get("/api/core/plugins")).json()]
        assert "'boss'; there are owner" in app.registry.plugins["lathe"].reason


# Plans


async def test_without_a_plan_plugin_everything_is_included(site, opened):
    site.install("lathe", MASTERING, manifest=MAY_MASTER)
    async with opened() as app, open_browser(app) as browser:
        await browser.log_in(await make_person(app))
        assert (await browser.post("/api/lathe")).text == "mastered"
        account = (await browser.get("/api/core/account")).json()
        assert (account["plan"], account["features"], account["limits"]) == ("unlimited", ["*"], {})


async def test_a_feature_must_be_in_the_accounts_plan(site, opened):
    """A route's `feature` must be in the account's plan; people see what their plan includes."""
    site.install("lathe", MASTERING, manifest=MAY_MASTER)
    site.install("till", PLANS.format(answer=FREE), manifest="requires=('setlist',)")
    async with opened() as app, open_browser(app) as browser:
        await browser.log_in(await make_person(app))
        refused = await browser.post("/api/lathe")
        assert refused.status_code == 403
        problem = refused.json()
        assert (problem["type"], problem["feature"]) == ("urn:maxbooster:problem:not-in-plan", "mastering.lossless")
        assert problem["plan"] == "free"
        assert (await browser.get("/api/lathe/preview")).text == "previewed"
        account = (await browser.get("/api/core/account")).json()
        assert (account["plan"], account["features"]) == ("free", ["mastering.preview"])
        assert account["limits"] == {"api.requests_per_s": 7}


async def test_the_permission_is_asked_for_before_the_plan(site, opened):
    site.install("lathe", MASTERING, manifest=MAY_MASTER)
    site.install("till", PLANS.format(answer=FREE), manifest="requires=('setlist',)")
    async with opened() as app, open_browser(app) as browser:
        await browser.log_in(await make_person(app, role="viewer"))
        assert (await browser.post("/api/lathe")).json()["type"] == "urn:maxbooster:problem:not-allowed"


async def test_a_plan_limits_an_accounts_keys(site, opened):
    site.install("till", PLANS.format(answer=FREE), manifest="requires=('setlist',)")
    async with opened() as app, open_api(app, (await make_person(app)).account) as api:
        answers = [await api.get("/api/core/account") for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 3 <= len(refused) <= 5
    assert "7 requests per second" in refused[0].json()["detail"]


@pytest.mark.parametrize("answer", ["raise RuntimeError('the till is broken')", "return None", "return 'gold'"])
async def test_a_plan_plugin_without_an_answer_takes_nothing_away(site, opened, answer):
    site.install("lathe", MASTERING, manifest=MAY_MASTER)
    site.install("till", PLANS.format(answer=answer), manifest="requires=('setlist',)")
    async with opened() as app, open_browser(app) as browser:
        await browser.log_in(await make_person(app))
        assert (await browser.post("/api/lathe")).status_code == 200
        assert (await browser.get("/api/core/account")).json()["plan"] == "unlimited"


async def test_a_plan_is_remembered_for_seconds_and_for_its_account_alone(site, opened, monkeypatch):
    package = site.install("till", PLANS.format(answer=FREE), manifest="requires=('setlist',)")
    async with opened() as app, open_browser(app) as browser, open_browser(app) as other:
        nova, theo = await make_person(app), await make_person(app, "theo@example.org")
        asked = __import__(f"{package}.plugin").plugin.asked
        await browser.log_in(nova)
        await other.log_in(theo)
        for _ in range(3):
            await browser.get("/api/core/account")
        assert asked == [nova.account]
        await other.get("/api/core/account")
        assert asked == [nova.account, theo.account]
        monkeypatch.setattr("maxbooster.auth.plan.monotonic", lambda: asyncio.get_running_loop().time() + 6)
        await browser.get("/api/core/account")
        assert asked == [nova.account, theo.account, nova.account]


# Work across accounts


async def sub_account(app, parent) -> Any:
    person = await make_person(app, f"below-{new_id()}@example.org")

    def put_below(connection: Connection) -> None:
        connection.execute(update(Account).where(Account.id == person.account).values(parent_id=parent))

    await app.database.transact(put_below)
    return person


@pytest.fixture
async def label(site, opened):
    """An app, a label's owner, somebody in a sub-account of theirs, and a stranger."""
    site.install("label", LABEL, manifest=MAY_LOOK)
    async with opened() as app:
        owner = await make_person(app, "label@example.org")
        yield app, owner, await sub_account(app, owner.account), await make_person(app, "stranger@example.org")


async def test_a_label_enters_its_sub_accounts_and_no_others(label):
    app, owner, below, stranger = label
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        assert (await browser.get(f"/api/label/{below.account}/look")).text == f"in {below.account}"
        for elsewhere in (stranger.account, PLATFORM, new_id(), owner.account):
            assert (await browser.get(f"/api/label/{elsewhere}/look")).status_code == 403
    async with open_browser(app) as browser:
        await browser.log_in(below)
        assert (await browser.get(f"/api/label/{owner.account}/look")).status_code == 403
    async with open_browser(app) as browser:
        await browser.log_in(stranger)
        assert (await browser.get(f"/api/label/{below.account}/look")).status_code == 403


async def test_entering_a_sub_accounts_sub_account_needs_to_be_its_parent(label):
    app, owner, below, _ = label
    deepest = await sub_account(app, below.account)
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        assert (await browser.get(f"/api/label/{deepest.account}/look")).status_code == 403


async def test_only_a_permission_for_work_across_accounts_enters(label):
    app, owner, below, _ = label
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        for permission, says in (("label.plain", "no permission for work in other accounts"), ("job.none", "needs")):
            answer = await browser.post(f"/api/label/{below.account}/sneak", params={"permission": permission})
            assert (answer.status_code, says in answer.json()["detail"]) == (403, True)
        assert (
            await browser.post(f"/api/label/{below.account}/sneak", params={"permission": "label.look"})
        ).status_code == 200


async def test_inside_the_other_account_nothing_but_that_permission_is_held(label):
    app, owner, below, _ = label
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        assert (await browser.post(f"/api/label/{below.account}/beyond")).status_code == 403


async def test_a_member_without_the_permission_enters_nothing(label):
    app, owner, below, _ = label
    manager = await make_person(app, "manager@example.org", role="manager", account=owner.account)
    async with open_browser(app) as browser:
        await browser.log_in(manager)
        assert (await browser.get(f"/api/label/{below.account}/look")).status_code == 403


async def test_staff_enter_any_account_by_a_permission_of_theirs(label):
    app, _, below, stranger = label
    support = await make_person(app, "support@example.org", operator="support")
    finance = await make_person(app, "finance@example.org", operator="finance")
    async with open_browser(app) as browser:
        await browser.log_in(support)
        assert (await browser.get(f"/api/label/{stranger.account}/look")).status_code == 403
        browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
        for account in (stranger.account, below.account):
            assert (await browser.get(f"/api/label/{account}/look")).text == f"in {account}"
        params = {"permission": "label.plain"}
        assert (await browser.post(f"/api/label/{below.account}/sneak", params=params)).status_code == 403
    async with open_browser(app) as browser:
        await browser.log_in(finance)
        browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
        assert (await browser.get(f"/api/label/{stranger.account}/look")).status_code == 403


async def test_who_entered_to_write_stands_in_the_trail_of_the_entered_account(label):
    app, owner, below, _ = label
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        assert (await browser.post(f"/api/label/{below.account}/settle")).text == "settled"
        own = (await browser.get("/api/core/audit")).json()["items"]
        assert not [entry for entry in own if entry["action"] in ("account.entered", "label.settled")]
    async with open_browser(app) as browser:
        await browser.log_in(below)
        entries = (await browser.get("/api/core/audit")).json()["items"]
    told = {entry["action"]: entry for entry in entries}
    assert told["account.entered"]["object"] == "permission:label.look"
    assert told["label.settled"]["object"] == "book:1"
    assert {told["account.entered"]["actor"], told["label.settled"]["actor"]} == {str(owner.user)}


async def test_an_accounts_own_key_enters_nothing_but_its_sub_accounts(label):
    app, owner, below, stranger = label
    async with open_api(app, owner.account, "label.look") as api:
        assert (await api.get(f"/api/label/{below.account}/look")).status_code == 200
        assert (await api.get(f"/api/label/{stranger.account}/look")).status_code == 403
