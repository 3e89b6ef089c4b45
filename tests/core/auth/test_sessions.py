"""Staying in: browsers, API clients, devices, accounts, and when each of them ends."""

from __future__ import annotations

import pytest

from maxbooster.auth.accounts.queries import join
from maxbooster.testing import PASSWORD, make_person

ME = "/api/core/session"
DEVICES = "/api/core/devices"
TOKENS = "/api/core/tokens"
OTHER = "seven kites over quiet fjords"

pytestmark = pytest.mark.usefixtures("at_once")


async def test_every_device_is_listed_and_each_can_be_logged_out(home, new_browser, nova):
    phone = new_browser(address="203.0.113.9", agent="Nova's phone")
    await phone.log_in(nova)
    devices = (await home.get(DEVICES)).json()
    assert {(each["agent"], each["address"], each["current"]) for each in devices} == {
        ("Nova's laptop", "127.0.0.1", True),
        ("Nova's phone", "203.0.113.9", False),
    }
    [lost] = [each["id"] for each in devices if not each["current"]]
    assert (await home.delete(f"{DEVICES}/{lost}")).status_code == 204
    assert (await phone.get(ME)).status_code == 401
    assert (await home.get(ME)).status_code == 200


async def test_all_other_devices_are_logged_out_at_once(home, new_browser, nova):
    others = [new_browser() for _ in range(3)]
    for other in others:
        await other.log_in(nova)
    assert (await home.delete(DEVICES)).status_code == 204
    assert {(await other.get(ME)).status_code for other in others} == {401}
    assert len((await home.get(DEVICES)).json()) == 1


async def test_logging_out_ends_the_session_and_clears_the_cookie(home, new_browser):
    stolen = new_browser(cookie=f"mb_session={home.cookies['mb_session']}")
    assert (await stolen.get(ME)).status_code == 200
    assert (await home.delete(ME)).status_code == 204
    assert "mb_session" not in home.cookies
    assert (await stolen.get(ME)).status_code == 401


async def test_logging_in_again_replaces_the_session_of_this_browser(home, nova):
    await home.log_in(nova)
    assert len((await home.get(DEVICES)).json()) == 1


# How long


async def test_a_browser_that_is_not_used_for_a_week_is_logged_out(home, clock):
    clock.advance(hours=24 * 7 - 1)
    assert (await home.get(ME)).status_code == 200
    clock.advance(hours=24 * 7 - 1)
    assert (await home.get(ME)).status_code == 200
    clock.advance(hours=24 * 7 + 1)
    assert (await home.get(ME)).status_code == 401


async def test_a_browser_is_logged_out_after_thirty_days_however_it_is_used(home, clock):
    for _ in range(5):
        clock.advance(days=5, hours=23)
        assert (await home.get(ME)).status_code == 200
    clock.advance(hours=6)
    assert (await home.get(ME)).status_code == 401


async def test_ten_minutes_after_the_proof_another_one_is_asked_for(home, clock):
    asking = [
        ("POST", "/api/core/profile/email", {"email": "other@example.org"}),
        ("POST", "/api/core/keys", {"name": "key", "permissions": ["file.read"]}),
        ("POST", "/api/core/invitations", {"email": "other@example.org", "role": "artist"}),
        ("POST", "/api/core/sub-accounts", {"name": "below"}),
        ("GET", "/api/core/profile/export", None),
        ("POST", "/api/core/profile/totp", None),
        ("POST", "/api/core/profile/password", {"current": PASSWORD, "password": OTHER}),
    ]
    clock.advance(minutes=9, seconds=50)
    for method, path, body in asking[:-1]:
        assert (await home.request(method, path, json=body)).is_success, path
    clock.advance(seconds=11)
    for method, path, body in asking:
        answer = await home.request(method, path, json=body)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:maxbooster:problem:step-up-required"), path
    assert (await home.get(ME)).status_code == 200


async def test_who_proves_once_more_goes_on(home, nova, clock):
    clock.advance(minutes=11)
    wanted = {"email": "other@example.org"}
    assert (await home.post("/api/core/profile/email", json=wanted)).status_code == 403
    assert (await home.post(f"{ME}/prove", json={"password": OTHER})).status_code == 401
    assert (await home.post("/api/core/profile/email", json=wanted)).status_code == 403
    await home.prove(nova)
    assert (await home.post("/api/core/profile/email", json=wanted)).status_code == 202


async def test_a_new_password_ends_the_other_sessions_and_this_one_goes_on_rotated(home, new_browser, nova):
    other, before = new_browser(), home.cookies["mb_session"]
    await other.log_in(nova)
    client = (await other.post(TOKENS, json={"email": nova.email, "password": PASSWORD})).json()
    changed = await home.post("/api/core/profile/password", json={"current": PASSWORD, "password": OTHER})
    assert home.note(changed)["user"]["id"] == str(nova.user)
    assert home.cookies["mb_session"] != before
    assert (await home.patch("/api/core/profile", json={"name": "Still Nova"})).status_code == 200
    assert (await other.get(ME)).status_code == 401
    assert (await new_browser(cookie=f"mb_session={before}").get(ME)).status_code == 401
    refreshed = await other.post(f"{TOKENS}/refresh", json={"refresh_token": client["refresh_token"]})
    assert refreshed.status_code == 401


async def test_the_wrong_current_password_changes_nothing(home, new_browser, nova):
    answer = await home.post("/api/core/profile/password", json={"current": OTHER, "password": OTHER})
    assert (answer.status_code, answer.json()["field"]) == (422, "current")
    assert (await new_browser().log_in(nova))["user"]["id"] == str(nova.user)


# Accounts


async def test_a_person_with_several_accounts_goes_from_one_to_the_other(app, home, nova):
    label = await make_person(app, "label@example.org")
    await app.database.transact(lambda connection: join(connection, nova.user, label.account, "viewer", app.clock()))
    me = home.note(await home.post(f"{ME}/account", json={"account": str(label.account)}))
    assert (me["account"]["id"], me["account"]["role"]) == (str(label.account), "viewer")
    assert "member.write" not in me["permissions"]
    assert (await home.get("/api/core/account")).json()["name"] == "label"
    assert (await home.post("/api/core/keys", json={"name": "k", "permissions": ["*"]})).status_code == 403
    me = home.note(await home.post(f"{ME}/account", json={"account": str(nova.account)}))
    assert "member.write" in me["permissions"]
    assert [each["role"] for each in me["accounts"]] == ["owner", "viewer"]


async def test_a_second_account_of_ones_own_can_be_entered(home):
    made = (await home.post("/api/core/accounts", json={"name": "Side project"})).json()
    me = home.note(await home.post(f"{ME}/account", json={"account": made["id"]}))
    assert (me["account"]["name"], me["account"]["role"]) == ("Side project", "owner")


# API clients


async def test_an_api_client_gets_tokens_uses_refreshes_and_revokes_them(browser, nova):
    answer = await browser.post(TOKENS, json={"email": nova.email, "password": PASSWORD})
    first = answer.json()
    assert (first["token_type"], first["expires_in"], first["account"]) == ("Bearer", 600, str(nova.account))
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert await _who(browser, first) == str(nova.user)
    second = (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await _who(browser, second) == str(nova.user)
    revoked = await browser.post(f"{TOKENS}/revoke", json={"refresh_token": second["refresh_token"]})
    assert revoked.status_code == 204
    assert await _who(browser, second) == 401
    gone = await browser.post(f"{TOKENS}/refresh", json={"refresh_token": second["refresh_token"]})
    assert gone.status_code == 401
    again = await browser.post(f"{TOKENS}/revoke", json={"refresh_token": second["refresh_token"]})
    assert again.status_code == 204


async def _who(browser, tokens) -> str | int:
    answer = await browser.get(ME, headers={"authorization": f"Bearer {tokens['access_token']}"})
    return answer.json()["user"]["id"] if answer.is_success else answer.status_code


async def test_a_client_that_refreshes_stays_logged_in(browser, nova, clock):
    tokens = (await browser.post(TOKENS, json={"email": nova.email, "password": PASSWORD})).json()
    for _ in range(3):
        clock.advance(days=50)
        tokens = (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
        assert await _who(browser, tokens) == str(nova.user)


async def test_a_client_logs_in_anew_after_a_year_however_much_it_is_used(browser, nova, clock):
    tokens = (await browser.post(TOKENS, json={"email": nova.email, "password": PASSWORD})).json()
    for _ in range(7):
        clock.advance(days=50)
        tokens = (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    clock.advance(days=16)
    gone = await browser.post(f"{TOKENS}/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert gone.status_code == 401


async def test_a_client_is_a_device_that_can_be_logged_out(home, browser, nova):
    tokens = (await browser.post(TOKENS, json={"email": nova.email, "password": PASSWORD})).json()
    [client] = [each for each in (await home.get(DEVICES)).json() if each["kind"] == "client"]
    assert (await home.delete(f"{DEVICES}/{client['id']}")).status_code == 204
    assert await _who(browser, tokens) == 401


async def test_a_client_names_its_account_and_only_one_of_its_own(app, browser, home, nova):
    made = (await home.post("/api/core/accounts", json={"name": "Side project"})).json()
    asked = {"email": nova.email, "password": PASSWORD, "account": made["id"]}
    tokens = (await browser.post(TOKENS, json=asked)).json()
    assert tokens["account"] == made["id"]
    other = await make_person(app, "other@example.org")
    answer = await browser.post(TOKENS, json=asked | {"account": str(other.account)})
    assert (answer.status_code, answer.json()["field"]) == (404, "account")


async def test_a_client_proves_once_more_and_keeps_its_tokens(browser, nova, clock):
    tokens = (await browser.post(TOKENS, json={"email": nova.email, "password": PASSWORD})).json()
    clock.advance(minutes=9)
    tokens = (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    clock.advance(minutes=2)
    wanted = {"email": "other@example.org"}
    assert (await browser.post("/api/core/profile/email", json=wanted, headers=bearer)).status_code == 403
    proved = await browser.post(f"{ME}/prove", json={"password": PASSWORD}, headers=bearer)
    assert proved.status_code == 200
    assert "set-cookie" not in proved.headers
    assert (await browser.post("/api/core/profile/email", json=wanted, headers=bearer)).status_code == 202


async def test_the_current_password_cannot_be_guessed_by_who_has_the_session(home, clock):
    body = {"current": OTHER, "password": OTHER}
    answers = [(await home.post("/api/core/profile/password", json=body)).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 422, 429]
    clock.advance(minutes=2)
    assert (await home.post("/api/core/profile/password", json=body | {"current": PASSWORD})).status_code == 200


async def test_devices_are_ended_after_a_recent_proof(home, nova, clock):
    clock.advance(minutes=11)
    [device] = (await home.get("/api/core/devices")).json()
    for path in ("/api/core/devices", f"/api/core/devices/{device['id']}"):
        assert (await home.delete(path)).json()["type"].endswith("step-up-required")
    await home.prove(nova)
    assert (await home.delete("/api/core/devices")).status_code == 204
