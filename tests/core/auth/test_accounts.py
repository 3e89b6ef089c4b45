"""Accounts and who is in them: nobody gives what they do not have, and no account loses its last owner."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from maxbooster.auth.accounts.queries import join
from maxbooster.auth.models import Membership
from maxbooster.db import PLATFORM
from maxbooster.testing import make_person, open_browser

from .membership import invited, joining, roles_in


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 30}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)


@pytest.fixture
async def owner(app):
    return await make_person(app, "owner@example.org")


@pytest.fixture
async def browser(app, owner):
    async with open_browser(app) as opened:
        await opened.log_in(owner)
        yield opened


# Invitations


async def test_an_invitation_leads_somebody_new_into_the_account(app, browser, owner):
    token = await invited(app, browser, "Theo@Example.org".lower(), "editor")
    async with open_browser(app) as other:
        seen = (await other.post("/api/core/registration/invitation", json={"token": token})).json()
        assert seen == {"email": "theo@example.org", "account": "owner", "role": "editor", "registered": False}
        assert (await other.post("/api/core/registration/join", json=joining(token))).status_code == 201
        spent = await other.post("/api/core/registration/join", json=joining(token))
        assert (spent.status_code, spent.json()["type"]) == (410, "urn:maxbooster:problem:link-spent")
    members = (await browser.get("/api/core/members")).json()
    assert [(each["email"], each["role"]) for each in members] == [
        ("owner@example.org", "owner"),
        ("theo@example.org", "editor"),
    ]
    assert (await browser.get("/api/core/invitations")).json() == []


async def test_who_has_a_login_accepts_with_it(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "manager")
    async with open_browser(app) as other:
        refused = await other.post("/api/core/registration/join", json=joining(token))
        assert (refused.status_code, "log in, then accept" in refused.json()["detail"]) == (409, True)
        await other.log_in(theo)
        accepted = await other.post("/api/core/invitations/accept", json={"token": token})
        assert accepted.json() == {"id": str(owner.account), "name": "owner"}
        me = other.note(await other.post("/api/core/session/account", json={"account": str(owner.account)}))
        assert (me["account"]["role"], len(me["accounts"])) == ("manager", 2)
        again = await other.post("/api/core/invitations/accept", json={"token": token})
        assert again.status_code == 410


async def test_an_invitation_is_for_its_address_alone(app, browser, owner):
    stranger = await make_person(app, "stranger@example.org")
    token = await invited(app, browser, "theo@example.org", "owner")
    async with open_browser(app) as other:
        await other.log_in(stranger)
        refused = await other.post("/api/core/invitations/accept", json={"token": token})
        assert (refused.status_code, "for theo@example.org" in refused.json()["detail"]) == (422, True)
        assert (await other.post("/api/core/invitations/accept", json={"token": "x" * 43})).status_code == 410
    assert stranger.user not in await roles_in(app, owner.account)
    async with open_browser(app) as theo:
        assert (await theo.post("/api/core/registration/join", json=joining(token))).status_code == 201


async def test_a_withdrawn_or_old_invitation_is_dead(app, browser, clock):
    token = await invited(app, browser, "theo@example.org", "editor")
    old = await invited(app, browser, "vera@example.org", "editor")
    [first, _] = (await browser.get("/api/core/invitations")).json()
    assert (await browser.delete(f"/api/core/invitations/{first['id']}")).status_code == 204
    assert (await browser.delete(f"/api/core/invitations/{first['id']}")).status_code == 404
    async with open_browser(app) as other:
        assert (await other.post("/api/core/registration/join", json=joining(token))).status_code == 410
        assert (await other.post("/api/core/registration/invitation", json={"token": token})).status_code == 410
        clock.advance(days=7, seconds=1)
        assert (await other.post("/api/core/registration/join", json=joining(old))).status_code == 410


async def test_other_accounts_invitations_do_not_exist(app, browser):
    await invited(app, browser, "theo@example.org", "editor")
    [found] = (await browser.get("/api/core/invitations")).json()
    async with open_browser(app) as other:
        await other.log_in(await make_person(app, "stranger@example.org"))
        assert (await other.get("/api/core/invitations")).json() == []
        assert (await other.delete(f"/api/core/invitations/{found['id']}")).status_code == 404


async def test_members_are_not_invited_and_staff_have_none_to_invite(app, browser, owner):
    again = await browser.post("/api/core/invitations", json={"email": "OWNER@example.org", "role": "viewer"})
    assert (again.status_code, "is a member already" in again.json()["detail"]) == (409, True)
    wrong = await browser.post("/api/core/invitations", json={"email": "theo", "role": "viewer"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "email")
    unknown = await browser.post("/api/core/invitations", json={"email": "theo@example.org", "role": "boss"})
    assert unknown.status_code == 422
    async with open_browser(app) as other:
        await other.log_in(await make_person(app, "staff@example.org", operator="admin"))
        other.note(await other.post("/api/core/session/account", json={"account": str(PLATFORM)}))
        asked = await other.post("/api/core/invitations", json={"email": "theo@example.org", "role": "viewer"})
        assert asked.status_code in (403, 409)


async def test_of_two_invitations_the_later_counts_and_the_link_of_the_earlier_is_dead(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    first, second = [await invited(app, browser, theo.email, role) for role in ("admin", "viewer")]
    async with open_browser(app) as other:
        await other.log_in(theo)
        for token, status in ((first, 410), (second, 200), (first, 410), (second, 410)):
            assert (await other.post("/api/core/invitations/accept", json={"token": token})).status_code == status
    assert (await roles_in(app, owner.account))[theo.user] == "viewer"


async def test_who_became_a_member_meanwhile_keeps_that_role_when_they_accept(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "admin")
    await app.database.transact(lambda connection: join(connection, theo.user, owner.account, "viewer", app.clock()))
    async with open_browser(app) as other:
        await other.log_in(theo)
        assert (await other.post("/api/core/invitations/accept", json={"token": token})).status_code == 409
    assert (await roles_in(app, owner.account))[theo.user] == "viewer"


async def test_invitations_do_not_outlive_the_membership_of_who_sent_them(app, browser, owner):
    """An admin cannot leave a door open for the day after."""
    admin = await make_person(app, "admin@example.org", role="admin", account=owner.account)
    async with open_browser(app) as theirs:
        await theirs.log_in(admin)
        token = await invited(app, theirs, "second.self@example.org", "admin")
        kept = await invited(app, browser, "theo@example.org", "editor")
        assert (await browser.delete(f"/api/core/members/{admin.user}")).status_code == 204
        assert (await theirs.post("/api/core/registration/join", json=joining(token))).status_code == 410
        assert (await theirs.post("/api/core/registration/invitation", json={"token": kept})).status_code == 200


async def test_of_two_acceptances_at_the_same_time_one_counts(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "editor")
    async with open_browser(app) as other:
        await other.log_in(theo)
        answers = await asyncio.gather(
            *(other.post("/api/core/invitations/accept", json={"token": token}) for _ in range(4))
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert {*statuses[1:]} <= {409, 410}


# The account itself


async def test_an_account_is_renamed_by_those_who_may(app, browser, owner):
    assert (await browser.patch("/api/core/account", json={"name": "  Nova Records "})).json()["name"] == "Nova Records"
    assert (await browser.get("/api/core/account")).json()["name"] == "Nova Records"
    for name in ("", "   ", "x" * 201):
        assert (await browser.patch("/api/core/account", json={"name": name})).status_code == 422
    manager = await make_person(app, "manager@example.org", role="manager", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(manager)
        assert (await other.patch("/api/core/account", json={"name": "Mine"})).status_code == 403


async def test_a_label_has_sub_accounts_and_these_have_none(app, browser, owner):
    made = await browser.post("/api/core/sub-accounts", json={"name": "Nova solo"})
    assert made.status_code == 201
    assert (await browser.get("/api/core/sub-accounts")).json() == [made.json()]
    browser.note(await browser.post("/api/core/session/account", json={"account": made.json()["id"]}))
    details = (await browser.get("/api/core/account")).json()
    assert (details["name"], details["parent"]) == ("Nova solo", str(owner.account))
    refused = await browser.post("/api/core/sub-accounts", json={"name": "Deeper"})
    assert (refused.status_code, "no sub-accounts of its own" in refused.json()["detail"]) == (403, True)
    assert (await browser.get("/api/core/sub-accounts")).json() == []


async def test_one_may_have_accounts_side_by_side(app, browser, owner):
    made = (await browser.post("/api/core/accounts", json={"name": "Side project"})).json()
    me = (await browser.get("/api/core/session")).json()
    assert [(each["name"], each["role"]) for each in me["accounts"]] == [("owner", "owner"), ("Side project", "owner")]
    browser.note(await browser.post("/api/core/session/account", json={"account": made["id"]}))
    assert (await browser.get("/api/core/account")).json()["parent"] is None


async def test_who_is_in_no_account_any_more_is_told_so(app, browser, owner):
    """They are still logged in: they can accept an invitation, make an account, or be erased."""
    theo = await make_person(app, "theo@example.org", role="editor", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(theo)
        assert (await other.post("/api/core/account/leave")).status_code == 204
        me = (await other.get("/api/core/session")).json()
        assert (me["user"]["email"], me["account"], me["accounts"]) == (theo.email, None, [])
        assert (await other.get("/api/core/account")).status_code == 403
        assert (await other.post("/api/core/account/leave")).status_code == 409
        made = (await other.post("/api/core/accounts", json={"name": "Theo"})).json()
        me = other.note(await other.post("/api/core/session/account", json={"account": made["id"]}))
        assert me["account"]["role"] == "owner"


# Members


async def test_a_removed_member_is_out_at_once_but_stays_a_user(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "admin")
    async with open_browser(app) as other, open_browser(app) as client:
        await other.log_in(theo)
        await other.post("/api/core/invitations/accept", json={"token": token})
        other.note(await other.post("/api/core/session/account", json={"account": str(owner.account)}))
        key = (await other.post("/api/core/keys", json={"name": "k", "permissions": ["account.read"]})).json()["key"]
        body = {"email": theo.email, "password": theo.password, "account": str(owner.account)}
        access = (await other.post("/api/core/tokens", json=body)).json()["access_token"]
        for token in (key, access):
            client.headers["authorization"] = f"Bearer {token}"
            assert (await client.get("/api/core/account")).status_code == 200
        assert (await browser.delete(f"/api/core/members/{theo.user}")).status_code == 204
        assert (await other.get("/api/core/account")).status_code == 403
        for token, status in ((key, 401), (access, 403)):
            client.headers["authorization"] = f"Bearer {token}"
            assert (await client.get("/api/core/account")).status_code == status
        refused = await other.post("/api/core/session/account", json={"account": str(owner.account)})
        assert refused.status_code == 404
        other.note(await other.post("/api/core/session/account", json={"account": str(theo.account)}))
        assert (await other.get("/api/core/account")).json()["id"] == str(theo.account)


async def test_who_changed_a_role_stands_in_the_trail(app, browser, owner):
    theo = await make_person(app, "theo@example.org", role="editor", account=owner.account)
    assert (await browser.patch(f"/api/core/members/{theo.user}", json={"role": "manager"})).status_code == 200
    assert (await browser.delete(f"/api/core/members/{theo.user}")).status_code == 204
    removed, changed, *_ = (await browser.get("/api/core/audit")).json()["items"]
    assert changed["after"] == {"account": str(owner.account), "role": "manager"}
    assert {(each["actor"], each["object"]) for each in (removed, changed)} == {
        (str(owner.user), f"core_user:{theo.user}")
    }


async def test_the_last_owner_can_neither_leave_nor_step_down(browser, owner):
    for answer in (
        await browser.post("/api/core/account/leave"),
        await browser.delete(f"/api/core/members/{owner.user}"),
        await browser.patch(f"/api/core/members/{owner.user}", json={"role": "admin"}),
    ):
        assert (answer.status_code, "needs an owner" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("deed", ["remove", "demote", "leave"])
async def test_two_owners_who_unmake_each_other_at_the_same_time_leave_one(app, browser, owner, deed):
    for attempt in range(3):
        second = await make_person(app, f"second-{attempt}@example.org", account=owner.account)
        async with open_browser(app) as other:
            await other.log_in(second)
            paths = {browser: f"/api/core/members/{second.user}", other: f"/api/core/members/{owner.user}"}
            if deed == "remove":
                await asyncio.gather(*(each.delete(path) for each, path in paths.items()))
            elif deed == "demote":
                await asyncio.gather(*(each.patch(path, json={"role": "viewer"}) for each, path in paths.items()))
            else:
                await asyncio.gather(*(each.post("/api/core/account/leave") for each in paths))
        left = await roles_in(app, owner.account)
        assert list(left.values()).count("owner") == 1
        await app.database.transact(lambda connection: _restore(connection, app, owner))
        await browser.log_in(owner)


def _restore(connection: Connection, app, owner) -> None:
    """The account as it began: with its one owner."""
    connection.execute(Membership.__table__.delete().where(Membership.account_id == owner.account))
    join(connection, owner.user, owner.account, "owner", app.clock())
