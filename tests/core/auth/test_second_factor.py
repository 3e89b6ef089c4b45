"""The second factor as people live with it: on, in with a code, in without the phone, off."""

from __future__ import annotations

import pytest

from maxbooster.testing import PASSWORD

ME = "/api/core/session"
TOTP = "/api/core/profile/totp"
CODE_NEEDED = "urn:maxbooster:problem:second-factor-required"
OTHER = "seven kites over quiet fjords"

pytestmark = pytest.mark.usefixtures("at_once")


async def test_on_then_in_with_a_code_then_off_again(home, browser, nova, switch_on, emails):
    phone = await switch_on(home)
    assert (await home.get(ME)).json()["user"]["second_factor"] is True
    asked = await browser.post(ME, json={"email": nova.email, "password": PASSWORD})
    assert (asked.status_code, asked.json()["type"], asked.json()["field"]) == (401, CODE_NEEDED, "code")
    assert "set-cookie" not in asked.headers
    code = phone.code()
    assert (await browser.log_in(nova, code=f"{code[:3]} {code[3:]}"))["user"]["id"] == str(nova.user)
    assert browser.note(await browser.delete(TOTP))["user"]["second_factor"] is False
    assert (await browser.log_in(nova))["user"]["second_factor"] is False
    changed = "Your two-factor authentication was changed"
    assert [email.subject for email in await emails(nova.email)] == [changed] * 2


async def test_the_wrong_password_is_never_asked_for_a_code(home, browser, nova, switch_on):
    phone = await switch_on(home)
    wrong = await browser.post(ME, json={"email": nova.email, "password": OTHER, "code": phone.code()})
    assert (wrong.status_code, wrong.json()["type"]) == (401, "urn:maxbooster:problem:not-authenticated")


async def test_a_recovery_code_stands_in_for_the_phone_once(home, browser, nova, switch_on):
    phone = await switch_on(home)
    assert len(set(phone.recovery)) == 10
    typed = phone.recovery[3].lower().replace("-", " ")
    assert (await browser.log_in(nova, code=typed))["user"]["id"] == str(nova.user)
    spent = await browser.post(ME, json={"email": nova.email, "password": PASSWORD, "code": phone.recovery[3]})
    assert (spent.status_code, spent.json()["type"]) == (401, CODE_NEEDED)
    await browser.log_in(nova, code=phone.recovery[4])


async def test_new_recovery_codes_make_the_old_ones_worthless(home, browser, nova, switch_on):
    phone = await switch_on(home)
    new = (await home.post("/api/core/profile/recovery-codes")).json()["codes"]
    assert not set(new) & set(phone.recovery)
    old = await browser.post(ME, json={"email": nova.email, "password": PASSWORD, "code": phone.recovery[0]})
    assert old.status_code == 401
    await browser.log_in(nova, code=new[0])


async def test_switching_it_on_ends_the_other_sessions_and_rotates_this_one(home, new_browser, nova, switch_on):
    other, before = new_browser(), home.cookies["mb_session"]
    await other.log_in(nova)
    await switch_on(home)
    assert (await other.get(ME)).status_code == 401
    assert home.cookies["mb_session"] != before
    assert (await home.patch("/api/core/profile", json={"name": "Still Nova"})).status_code == 200


async def test_it_counts_only_once_a_code_came_back(home, browser, nova):
    await home.post(TOTP)
    wrong = await home.post(f"{TOTP}/confirm", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    assert (await browser.log_in(nova))["user"]["second_factor"] is False


async def test_there_is_one_at_a_time(home, browser, nova, switch_on):
    assert (await home.post(f"{TOTP}/confirm", json={"code": "123456"})).status_code == 409
    assert (await home.post("/api/core/profile/recovery-codes")).status_code == 409
    phone = await switch_on(home)
    assert (await home.post(TOTP)).status_code == 409
    assert (await home.post(f"{TOTP}/confirm", json={"code": phone.code()})).status_code == 409
    await browser.log_in(nova, code=phone.code())


async def test_what_asks_for_a_proof_asks_for_the_code_too(home, nova, switch_on, clock):
    phone = await switch_on(home)
    clock.advance(minutes=11)
    assert (await home.delete(TOTP)).status_code == 403
    alone = await home.post(f"{ME}/prove", json={"password": PASSWORD})
    assert (alone.status_code, alone.json()["type"]) == (401, CODE_NEEDED)
    assert (await home.delete(TOTP)).status_code == 403
    await home.prove(nova, code=phone.code())
    assert (await home.delete(TOTP)).status_code == 200


async def test_an_api_client_needs_the_code_too(home, browser, nova, switch_on):
    phone = await switch_on(home)
    asked = {"email": nova.email, "password": PASSWORD}
    assert (await browser.post("/api/core/tokens", json=asked)).json()["type"] == CODE_NEEDED
    assert (await browser.post("/api/core/tokens", json=asked | {"code": phone.code()})).status_code == 200


async def test_a_new_password_by_email_leaves_it_on(home, browser, nova, switch_on, link_to):
    phone = await switch_on(home)
    await browser.post("/api/core/password-reset", json={"email": nova.email})
    link = {"token": await link_to(nova.email), "password": OTHER}
    assert (await browser.post("/api/core/password-reset/confirm", json=link)).status_code == 204
    asked = await browser.post(ME, json={"email": nova.email, "password": OTHER})
    assert asked.json()["type"] == CODE_NEEDED
    await browser.log_in(nova, password=OTHER, code=phone.code())
