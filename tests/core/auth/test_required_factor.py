"""A second factor that an operator requires: without it, one reaches one's own profile alone."""

from __future__ import annotations

from typing import Any

import pytest

from maxbooster.db.models import PLATFORM
from maxbooster.testing import make_person

NEEDED = "urn:maxbooster:problem:second-factor-needed"
KEYS = "/api/core/keys"

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(params=["staff", "everybody", "optional"])
def required(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def app_settings(required: str) -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 1, "second_factor": required}


@pytest.mark.parametrize("required", ["everybody"], indirect=True)
async def test_everybody_sets_one_up_before_anything_else(home, switch_on):
    me = (await home.get("/api/core/session")).json()
    assert (me["lacks_factor"], me["permissions"]) == (True, ["profile.read", "profile.write"])
    refused = await home.get(KEYS)
    assert (refused.status_code, refused.json()["type"]) == (403, NEEDED)
    await switch_on(home)
    assert (await home.get(KEYS)).status_code == 200
    me = (await home.get("/api/core/session")).json()
    assert me["lacks_factor"] is False
    assert "key.read" in me["permissions"]


@pytest.mark.parametrize("required", ["everybody"], indirect=True)
async def test_a_key_is_worth_no_more_than_its_owner(app, home, nova, switch_on):
    phone = await switch_on(home)
    key = (await home.post(KEYS, json={"name": "Script", "permissions": ["file.read"], "days": 9})).json()["key"]
    bearer = {"authorization": f"Bearer {key}"}
    home.cookies.clear()
    assert (await home.get("/api/core/files", headers=bearer)).status_code == 200
    await home.log_in(nova, code=phone.code())
    home.note(await home.delete("/api/core/profile/totp"))
    home.cookies.clear()
    assert (await home.get("/api/core/files", headers=bearer)).json()["type"] == NEEDED


@pytest.mark.parametrize("required", ["staff"], indirect=True)
async def test_staff_set_one_up_before_they_work_as_staff_and_nobody_else(app, home, browser, switch_on):
    assert (await home.get(KEYS)).status_code == 200
    staff = await make_person(app, "staff@example.org", operator="admin")
    await browser.log_in(staff)
    assert (await browser.get(KEYS)).status_code == 200
    browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
    assert (await browser.get("/api/core/users")).json()["type"] == NEEDED
    await switch_on(browser)
    assert (await browser.get("/api/core/users")).status_code == 200


@pytest.mark.parametrize("required", ["optional"], indirect=True)
async def test_an_owner_requires_one_of_all_members_in_that_account_alone(app, home, nova, new_browser, switch_on):
    rule, family = "/api/core/account/second-factor", "/api/distribution/releases"
    refused = await home.put(rule, json={"required": True})
    assert (refused.status_code, "for yourself first" in refused.json()["detail"]) == (409, True)
    member = new_browser()
    theo = await make_person(app, "theo@example.org", role="admin", account=nova.account)
    await member.log_in(theo)
    assert (await member.put(rule, json={"required": False})).status_code == 403, "it is the owner's to say"
    key = (await member.post(KEYS, json={"name": "Script", "permissions": ["file.read"], "days": 9})).json()["key"]
    assert [(await member.get(each)).status_code for each in (KEYS, family)] == [200, 200]
    await switch_on(home)
    assert (await home.put(rule, json={"required": True})).json()["second_factor"] is True
    assert [(await member.get(each)).json()["type"] for each in (KEYS, family)] == [NEEDED, NEEDED]
    assert (await member.get("/api/core/session")).json()["lacks_factor"] is True
    program = new_browser()
    program.headers["authorization"] = f"Bearer {key}"
    assert (await program.get("/api/core/files")).json()["type"] == NEEDED
    own = (await member.post("/api/core/accounts", json={"name": "Own"})).json()["id"]
    member.note(await member.post("/api/core/session/account", json={"account": own}))
    assert (await member.get(KEYS)).status_code == 200, "elsewhere nothing is asked"
    member.note(await member.post("/api/core/session/account", json={"account": str(nova.account)}))
    await switch_on(member)
    assert [(await member.get(each)).status_code for each in (KEYS, family)] == [200, 200]
    [row] = [each for each in (await home.get("/api/core/members")).json() if each["user"] == str(theo.user)]
    assert row["second_factor"] is True
