"""What staff see and do about users, from the platform's own account and nowhere else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pyotp
import pytest

from maxbooster.db import PLATFORM, new_id
from maxbooster.testing import drain, link_in, make_person, open_browser

USERS = "/api/core/users"


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 30}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)


@pytest.fixture
async def nova(app):
    return await make_person(app, "nova@example.org")


@asynccontextmanager
async def desk(app, role: str):
    """A member of staff at work."""
    person = await make_person(app, f"{role}@example.org", operator=role)
    async with open_browser(app) as browser:
        await browser.log_in(person)
        browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
        yield browser


async def test_staff_work_in_the_platforms_account_after_a_recent_proof(app, nova, clock):
    staff = await make_person(app, "staff@example.org", operator="support")
    to_platform = {"account": str(PLATFORM)}
    async with open_browser(app) as browser:
        me = await browser.log_in(staff)
        assert (me["account"]["id"], "user.read" in me["permissions"]) == (str(staff.account), False)
        assert (await browser.get(USERS)).status_code == 403
        clock.advance(minutes=11)
        refused = await browser.post("/api/core/session/account", json=to_platform)
        assert refused.json()["type"] == "urn:maxbooster:problem:step-up-required"
        assert (await browser.get(USERS)).status_code == 403
        await browser.prove(staff)
        me = browser.note(await browser.post("/api/core/session/account", json=to_platform))
        assert me["account"] == {"id": str(PLATFORM), "name": "Platform", "role": "support"}
        assert (await browser.get(USERS)).status_code == 200
        browser.note(await browser.post("/api/core/session/account", json={"account": str(staff.account)}))
        assert (await browser.get(USERS)).status_code == 403


async def test_nobody_else_gets_there(app, nova):
    async with open_browser(app) as browser:
        await browser.log_in(nova)
        refused = await browser.post("/api/core/session/account", json={"account": str(PLATFORM)})
        assert refused.status_code == 404
        body = {"email": nova.email, "password": nova.password, "account": str(PLATFORM)}
        assert (await browser.post("/api/core/tokens", json=body)).status_code == 404
        asked = [
            await browser.get(USERS),
            await browser.get(f"{USERS}/{nova.user}"),
            await browser.post(f"{USERS}/{nova.user}/disable"),
            await browser.post(f"{USERS}/{nova.user}/enable"),
            await browser.post(f"{USERS}/{nova.user}/reset", json={}),
        ]
        assert [answer.status_code for answer in asked] == [403] * 5
    async with open_browser(app) as browser:
        assert (await browser.get(USERS)).status_code == 401


async def test_staff_who_are_dismissed_are_out(app, nova):
    async with desk(app, "support") as browser:
        assert (await browser.get(USERS)).status_code == 200
        await app.database.write(
            lambda connection: connection.exec_driver_sql("UPDATE core_user SET operator = NULL") and None
        )
        assert (await browser.get(USERS)).status_code == 403
        assert (await browser.post(f"{USERS}/{nova.user}/disable")).status_code == 403


@pytest.mark.parametrize(
    ("role", "reads", "controls"),
    [("admin", 200, 200), ("support", 200, 200), ("finance", 200, 403), ("moderator", 200, 403)],
)
async def test_staff_roles_differ(app, nova, role, reads, controls):
    async with desk(app, role) as browser:
        assert (await browser.get(USERS)).status_code == reads
        assert (await browser.post(f"{USERS}/{nova.user}/disable")).status_code == controls
        assert (await browser.post(f"{USERS}/{nova.user}/reset", json={})).status_code == controls


async def test_users_are_found_by_how_their_address_begins_page_by_page(app):
    people = [await make_person(app, f"{name}@example.org") for name in ("ann", "anna", "bob", "a_n", "an%")]
    async with desk(app, "support") as browser:

        async def emails(**asked: Any) -> list[str]:
            return [
                each["email"].partition("@")[0] for each in (await browser.get(USERS, params=asked)).json()["items"]
            ]

        assert await emails() == ["ann", "anna", "bob", "a_n", "an%", "support"]
        assert await emails(email="An") == ["ann", "anna", "an%"]
        assert await emails(email="a_") == ["a_n"]
        assert await emails(email="an%") == ["an%"]
        assert await emails(limit=2) == ["ann", "anna"]
        cursor = (await browser.get(USERS, params={"limit": 2})).json()["next"]
        assert await emails(limit=2, cursor=cursor) == ["bob", "a_n"]
        assert (await browser.get(USERS, params={"limit": 501})).status_code == 422
        one = (await browser.get(f"{USERS}/{people[0].user}")).json()
        assert (one["email"], one["operator"], one["second_factor"]) == ("ann@example.org", None, False)
        assert "password" not in str(one)
        assert (await browser.get(f"{USERS}/{new_id()}")).status_code == 404


async def test_a_disabled_user_is_out_everywhere_until_enabled(app, nova):
    async with desk(app, "support") as browser, open_browser(app) as theirs:
        await theirs.log_in(nova)
        key = (await theirs.post("/api/core/keys", json={"name": "k", "permissions": ["*"]})).json()["key"]
        login = {"email": nova.email, "password": nova.password}
        disabled = await browser.post(f"{USERS}/{nova.user}/disable")
        assert disabled.json()["disabled_at"] is not None
        assert (await theirs.get("/api/core/session")).status_code == 401
        assert (await theirs.post("/api/core/session", json=login)).status_code == 401
        assert (await theirs.post("/api/core/tokens", json=login)).status_code == 401
        with_key = {"authorization": f"Bearer {key}"}
        assert (await theirs.get("/api/core/account", headers=with_key)).status_code == 401
        await theirs.post("/api/core/password-reset", json={"email": nova.email})
        await drain(app)
        assert [mail for mail in app.mail.sent if mail.to == nova.email] == []
        assert (await browser.post(f"{USERS}/{nova.user}/enable")).json()["disabled_at"] is None
        await theirs.log_in(nova)
        assert (await theirs.get("/api/core/account", headers=with_key)).status_code == 200


async def test_staff_do_not_disable_themselves(app):
    async with desk(app, "admin") as browser:
        own = (await browser.get("/api/core/session")).json()["user"]["id"]
        refused = await browser.post(f"{USERS}/{own}/disable")
        assert (refused.status_code, refused.json()["detail"]) == (409, "You cannot disable yourself.")
        assert (await browser.post(f"{USERS}/{new_id()}/disable")).status_code == 404
        assert (await browser.get(USERS)).status_code == 200


async def test_control_of_users_takes_a_recent_proof(app, nova, clock):
    async with desk(app, "support") as browser:
        clock.advance(minutes=11)
        for deed in ("disable", "enable", "reset"):
            answer = await browser.post(f"{USERS}/{nova.user}/{deed}", json={} if deed == "reset" else None)
            assert answer.json()["type"] == "urn:maxbooster:problem:step-up-required"
        assert (await browser.get(USERS)).status_code == 200


@pytest.mark.parametrize("second_factor", [False, True])
async def test_a_reset_sends_a_link_ends_sessions_and_takes_the_factor_off_if_asked(app, nova, clock, second_factor):
    async with desk(app, "support") as browser, open_browser(app) as theirs:
        await theirs.log_in(nova)
        secret = (await theirs.post("/api/core/profile/totp")).json()["secret"]
        code = pyotp.TOTP(secret).at(clock())
        theirs.note(await theirs.post("/api/core/profile/totp/confirm", json={"code": code}))
        reset = await browser.post(f"{USERS}/{nova.user}/reset", json={"second_factor": second_factor})
        assert reset.status_code == 200
        assert (await theirs.get("/api/core/session")).status_code == 401
        login = {"email": nova.email, "password": nova.password}
        assert (await theirs.post("/api/core/session", json=login)).status_code == 401
        await drain(app)
        emails = [mail for mail in app.mail.sent if mail.to == nova.email]
        [link] = [mail for mail in emails if mail.subject == "Reset your password"]
        assert len([mail for mail in emails if "off, by staff" in mail.text]) == second_factor
        new = {"token": link_in(link.text), "password": "slow rivers carry blue stones"}
        assert (await theirs.post("/api/core/password-reset/confirm", json=new)).status_code == 204
        answer = await theirs.post("/api/core/session", json=login | {"password": new["password"]})
        if second_factor:
            assert answer.json()["user"]["second_factor"] is False
        else:
            assert answer.json()["type"] == "urn:maxbooster:problem:second-factor-required"


async def test_what_staff_did_stands_in_the_platforms_trail_under_their_name(app, nova):
    async with desk(app, "admin") as browser:
        staff = (await browser.get("/api/core/session")).json()["user"]["id"]
        await browser.post(f"{USERS}/{nova.user}/disable")
        await browser.post(f"{USERS}/{nova.user}/reset", json={"second_factor": True})
        entries = (await browser.get("/api/core/audit")).json()["items"]
    about = [each for each in entries if each["object"] == f"core_user:{nova.user}"]
    assert {each["action"] for each in about} == {
        "security.user_changed",
        "security.session_revoked",
        "security.second_factor_changed",
    }
    assert {each["actor"] for each in about} == {staff}
