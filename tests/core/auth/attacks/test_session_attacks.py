"""Sessions: chosen for somebody, used by another site, kept beyond their end."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from maxbooster.auth.models import User
from maxbooster.auth.operators.service import set_disabled
from maxbooster.testing import PASSWORD

from .tools import EVIL, ME, OTHER, PROFILE, TOKENS, bearer, login, operations, refreshed

# Session fixation


async def test_a_session_that_the_client_chose_is_never_opened(new_browser, nova):
    chosen = "A" * 43
    victim = new_browser(cookie=f"mb_session={chosen}; mb_device=chosen")
    answer = await victim.post(ME, json=login(nova.email))
    assert answer.status_code == 200
    assert chosen not in answer.headers["set-cookie"]
    assert (await new_browser(cookie=f"mb_session={chosen}").get(ME)).status_code == 401


@pytest.mark.parametrize("at", ["log in", "prove", "switch", "totp on", "totp off", "password"])
async def test_the_cookie_rotates_wherever_rights_change_and_the_old_one_is_dead(
    home, new_browser, nova, switch_on, at
):
    if at == "totp off":
        await switch_on(home)
    before = home.cookies["mb_session"]
    match at:
        case "log in":
            await home.log_in(nova)
        case "prove":
            await home.prove(nova)
        case "switch":
            home.note(await home.post(f"{ME}/account", json={"account": str(nova.account)}))
        case "totp on":
            await switch_on(home)
        case "totp off":
            home.note(await home.delete(f"{PROFILE}/totp"))
        case "password":
            change = {"current": PASSWORD, "password": OTHER}
            home.note(await home.post(f"{PROFILE}/password", json=change))
    assert home.cookies["mb_session"] != before
    assert (await new_browser(cookie=f"mb_session={before}").get(ME)).status_code == 401
    assert (await home.patch(PROFILE, json={"name": "Still Nova"})).status_code == 200


# Requests that another site sends


async def test_another_site_cannot_use_a_browsers_session(home, new_browser, nova):
    other = new_browser()
    foreign_csrf = (await other.log_in(nova))["csrf"]
    own = home.headers.pop("x-csrf-token")
    body = {"json": {"name": "Owned"}}
    attacks: dict[str, dict[str, Any]] = {
        "no header": body,
        "an empty header": body | {"headers": {"x-csrf-token": ""}},
        "a wrong header": body | {"headers": {"x-csrf-token": "0" * 64}},
        "another session's": body | {"headers": {"x-csrf-token": foreign_csrf}},
        "in the query": body | {"params": {"x-csrf-token": own, "csrf": own}},
        "in a cookie": body | {"headers": {"cookie": f"mb_session={home.cookies['mb_session']}; x-csrf-token={own}"}},
        "cross-site": body | {"headers": {"x-csrf-token": own, "sec-fetch-site": "cross-site"}},
        "same-site": body | {"headers": {"x-csrf-token": own, "sec-fetch-site": "same-site"}},
        "foreign origin": body | {"headers": {"x-csrf-token": own, "origin": f"https://{EVIL}"}},
        "a look-alike origin": body | {"headers": {"x-csrf-token": own, "origin": f"{home.base_url}.{EVIL}"}},
        "no origin": body | {"headers": {"x-csrf-token": own, "origin": "null"}},
        "a form": {"data": {"name": "Owned"}},
        "a form with a file": {"files": {"name": b"Owned"}},
        "a form as text": {"content": b'{"name": "Owned"}', "headers": {"content-type": "text/plain"}},
    }
    for how, request in attacks.items():
        answer = await home.patch(PROFILE, **request)
        assert answer.status_code == 403, how
    assert (await home.get(ME)).json()["user"]["name"] == "nova"
    ours = {"x-csrf-token": own, "sec-fetch-site": "same-origin", "origin": str(home.base_url).rstrip("/")}
    assert (await home.patch(PROFILE, json={"name": "Nova"}, headers=ours)).status_code == 200


async def test_another_site_cannot_send_what_needs_no_session(app, browser, nova):
    """Logging a victim in as the attacker, for one."""
    public = {path for _, path, operation in operations(app, "post") if not operation.get("security")}
    public.remove("/api/core/webhooks/{source}")  # servers call it, and sign what they send
    assert f"{ME}" in public
    for path in public:
        for header, value in (("sec-fetch-site", "cross-site"), ("origin", f"https://{EVIL}"), ("origin", "null")):
            answer = await browser.post(path, json=login(nova.email), headers={header: value})
            assert answer.status_code == 403, (path, header)
    form = await browser.post(ME, data=login(nova.email))
    assert form.status_code == 400
    assert not browser.cookies


async def test_a_method_cannot_be_smuggled_into_another(home):
    headers = dict.fromkeys(("x-http-method-override", "x-http-method", "x-method-override"), "DELETE")
    del home.headers["x-csrf-token"]
    assert (await home.get(ME, headers=headers, params={"_method": "DELETE"})).status_code == 200
    assert (await home.post(ME, headers=headers, data={"_method": "DELETE"})).status_code == 400
    assert (await home.get(ME)).status_code == 200


async def test_a_bearer_needs_no_csrf_header_whatever_its_origin(app, browser, home, nova):
    client = (await browser.post(TOKENS, json=login(nova.email))).json()
    key = (await home.post("/api/core/keys", json={"name": "k", "permissions": ["*"]})).json()["key"]
    for token in (client["access_token"], key):
        headers = {"authorization": f"Bearer {token}", "origin": f"https://{EVIL}", "sec-fetch-site": "cross-site"}
        assert (await browser.patch(PROFILE, json={"name": "By client"}, headers=headers)).status_code == 200


async def test_a_worthless_bearer_does_not_fall_back_on_the_cookie(home):
    """Else a header that any page can be made to send would switch the check of the origin off."""
    answer = await home.patch(PROFILE, json={"name": "Owned"}, headers={"authorization": "Bearer nonsense"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("app_settings", "prefix"),
    [({"mail": "memory:", "public_url": "https://music.example"}, "__Host-"), ({"mail": "memory:"}, "")],
)
async def test_cookies_stay_with_this_host_and_out_of_reach_of_scripts(browser, nova, prefix):
    answer = await browser.post(ME, json=login(nova.email))
    browser.note(answer)
    given = [*answer.headers.get_list("set-cookie"), *(await browser.delete(ME)).headers.get_list("set-cookie")]
    assert len(given) == 3
    for cookie in given:
        name, *attributes = cookie.split("; ")
        assert name.partition("=")[0] in (f"{prefix}mb_session", f"{prefix}mb_device")
        assert {"httponly", "samesite=lax", "path=/"} <= {each.lower() for each in attributes}
        assert ("secure" in cookie.lower()) == bool(prefix)
        assert "domain" not in cookie.lower()


@pytest.mark.parametrize("how", ["reset", "disabled", "disabled while logging in"])
async def test_no_session_outlives_a_reset_or_the_users_end(app, home, nova, links, how):
    browser = links.browser
    client = (await browser.post(TOKENS, json=login(nova.email))).json()
    if how == "reset":
        assert await links.follow("reset", await links.ask("reset")) == 204
    elif how == "disabled":
        async with app.unit() as ctx:
            await set_disabled(ctx, nova.user, True)
    else:
        disabled = update(User).where(User.id == nova.user).values(disabled_at=app.clock())
        await app.database.transact(lambda connection: connection.execute(disabled) and None)
    assert (await home.get(ME)).status_code == 401
    assert await bearer(browser, client["access_token"]) == 401
    assert await refreshed(browser, client["refresh_token"]) == 401
