"""Who may do what: one table, which an operator may change while the platform runs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from click.testing import CliRunner, Result

from maxbooster.auth import policy
from maxbooster.cli import maxbooster
from maxbooster.errors import Problem
from maxbooster.plugins.core import manifest
from maxbooster.plugins.manifest import OPERATORS, ROLES, Manifest, Permission
from maxbooster.testing import make_person, open_browser


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 30}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)
    monkeypatch.setattr(policy, "REFRESH_S", 0.0)


@pytest.fixture
def roles(database_url, tmp_path, monkeypatch):
    """`maxbooster roles …` beside the running app, in a process of its own as far as the app can tell."""
    monkeypatch.setenv("MAXBOOSTER_DATABASE", database_url)
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))

    async def command(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, maxbooster, ["roles", *arguments])

    return command


async def test_each_role_holds_what_the_manifests_say(app):
    for role in ROLES:
        person = await make_person(app, f"{role}@example.org", role=role)
        async with open_browser(app) as browser:
            me = await browser.log_in(person)
            listed = {
                each["role"]: each["permissions"] for each in (await browser.get("/api/core/account/roles")).json()
            }
        said = [each.name for each in manifest.permissions if role in each.roles or "person" in each.roles]
        assert set(said) == set(me["permissions"]) & {each.name for each in manifest.permissions}
        assert set(listed[role]) <= set(me["permissions"])
        assert list(listed) == list(ROLES)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("owner", [200, 200, 200, 200]),
        ("admin", [200, 200, 200, 200]),
        ("manager", [200, 200, 200, 403]),
        ("artist", [200, 200, 403, 403]),
        ("editor", [200, 200, 403, 403]),
        ("viewer", [200, 403, 403, 403]),
    ],
)
async def test_routes_ask_for_their_permission(app, role, may):
    person = await make_person(app, role=role)
    async with open_browser(app) as browser:
        await browser.log_in(person)
        asked = [await browser.get(f"/api/core/{path}") for path in ("account", "members", "keys", "audit")]
    assert [answer.status_code for answer in asked] == may
    for answer in asked:
        if answer.status_code == 403:
            assert answer.json()["permission"] in answer.json()["detail"]


async def test_departures_take_effect_while_the_app_runs(app, roles):
    viewer = await make_person(app, role="viewer")
    async with open_browser(app) as browser:
        await browser.log_in(viewer)
        assert (await browser.get("/api/core/members")).status_code == 403
        assert (await roles("grant", "viewer", "member.read")).stdout == "viewer now has member.read.\n"
        assert (await browser.get("/api/core/members")).status_code == 200
        assert (await roles("revoke", "viewer", "member.read")).exit_code == 0
        assert (await browser.get("/api/core/members")).status_code == 403
        assert (await roles("revoke", "viewer", "account.read")).exit_code == 0
        assert (await browser.get("/api/core/account")).status_code == 403
        assert (await roles("grant", "viewer", "account.read")).exit_code == 0
        assert (await browser.get("/api/core/account")).status_code == 200


async def test_a_process_reads_departures_every_few_seconds_only(app, roles, monkeypatch):
    viewer = await make_person(app, role="viewer")
    async with open_browser(app) as browser:
        await browser.log_in(viewer)
        assert (await browser.get("/api/core/members")).status_code == 403
        monkeypatch.setattr(policy, "REFRESH_S", 60.0)
        await roles("grant", "viewer", "member.read")
        assert (await browser.get("/api/core/members")).status_code == 403
        monkeypatch.setattr(policy, "REFRESH_S", 0.0)
        assert (await browser.get("/api/core/members")).status_code == 200


async def test_a_permission_of_account_and_staff_can_be_taken_and_given_back(app, roles):
    """`plugin.read` is held by every role and by staff."""
    viewer = await make_person(app, role="viewer")
    async with open_browser(app) as browser:
        await browser.log_in(viewer)
        assert (await roles("revoke", "viewer", "plugin.read")).exit_code == 0
        assert (await browser.get("/api/core/plugins")).status_code == 403
        given = await roles("grant", "viewer", "plugin.read")
        assert given.exit_code == 0, given.output
        assert (await browser.get("/api/core/plugins")).status_code == 200


async def test_the_change_is_recorded_in_the_platforms_trail(app, roles):
    await roles("grant", "editor", "key.read")
    staff = await make_person(app, "staff@example.org", operator="admin")
    async with open_browser(app) as browser:
        await browser.log_in(staff)
        browser.note(await browser.post("/api/core/session/account", json={"account": str(policy.PLATFORM)}))
        entries = (await browser.get("/api/core/audit")).json()["items"]
    [entry] = [each for each in entries if each["action"] == "role.changed"]
    assert (entry["object"], entry["after"]) == ("core_role:editor", {"permission": "key.read", "granted": True})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (["revoke", "owner", "member.write"], "keeps what the manifests give it"),
        (["revoke", "person", "profile.write"], "keeps what the manifests give it"),
        (["revoke", "operator:admin", "user.control"], "keeps what the manifests give it"),
        (["grant", "owner", "user.read"], "is for the platform's staff"),
        (["grant", "viewer", "user.control"], "is for the platform's staff"),
        (["grant", "person", "user.read"], "is for the platform's staff"),
        (["grant", "editr", "key.read"], "There is no role 'editr'; there are owner, admin"),
        (["grant", "editor", "key.raed"], "Did you mean 'key.read'?"),
        (["grant", "operator:janitor", "user.read"], "There is no role 'operator:janitor'"),
    ],
)
async def test_what_cannot_be_changed_is_one_sentence(app, roles, change, says):
    before = {role: app.policy.granted(role) for role in policy.TABLE}
    refused = await roles(*change)
    assert isinstance(refused.exception, Problem)
    assert says in refused.exception.detail
    await app.policy.refresh(app.database)
    assert {role: app.policy.granted(role) for role in policy.TABLE} == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_table_is_printed_with_its_departures(app, roles):
    def marks(table: str, permission: str) -> dict[str, str]:
        head, *lines = table.splitlines()
        [row] = [line.split() for line in lines if line.split()[0] == permission]
        return dict(zip(head.split(), row[1:], strict=True))

    before = marks((await roles()).stdout, "key.read")
    assert [role for role, mark in before.items() if mark == "✓"] == ["owner", "admin", "manager"]
    await roles("grant", "editor", "key.read")
    assert marks((await roles()).stdout, "key.read") == before | {"editor": "✓"}
    staff = marks((await roles()).stdout, "user.control")
    assert [role for role, mark in staff.items() if mark == "✓"] == ["operator:admin", "operator:support"]
    assert list(before) == [*ROLES, "person", *(f"operator:{role}" for role in OPERATORS)]


@pytest.mark.parametrize(
    ("roles", "operators", "says"),
    [
        (("boss",), (), "role 'boss'; there are owner"),
        ((), ("janitor",), "operators are admin"),
        (("Owner",), (), "Owner"),
    ],
)
def test_a_manifest_with_an_unknown_role_is_refused(roles, operators, says):
    with pytest.raises(ValueError, match=says):
        Manifest(name="papa", version="1", title="P", permissions=(Permission("papa.fly", "Fly", roles, operators),))


@pytest.mark.parametrize("name", ["fly", "Papa.fly", "papa.", "papa.fly.high", "papa fly"])
def test_a_permission_has_an_area_and_an_action(name):
    with pytest.raises(ValueError, match=r"use 'area\.action'"):
        Permission(name, "Fly")
