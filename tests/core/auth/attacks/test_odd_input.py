"""Input that is broken, far too large, or can be read in two ways."""

from __future__ import annotations

from time import perf_counter

from maxbooster.testing import PASSWORD, drain

from .tools import ASTER, DEVICES, ME, OTHER, PROFILE, REGISTRATION, RESET, TOKENS, WRONG, login


async def test_a_line_break_adds_no_header_to_an_email_or_an_answer(app, browser, home, emails):
    broken = "Nova\r\nBcc: everybody@example.org"
    for name in (broken, "a\nb", "a\x00b", "a\u2028b", "\x1b[2J", "\u0085"):
        for client, method, path, body in [
            (home, "PATCH", PROFILE, {"name": name}),
            (home, "PATCH", "/api/core/account", {"name": name}),
            (home, "POST", "/api/core/accounts", {"name": name}),
            (home, "POST", "/api/core/keys", {"name": name, "permissions": ["*"]}),
            (browser, "POST", REGISTRATION, ASTER | {"name": name}),
            (browser, "POST", REGISTRATION, ASTER | {"account": name}),
        ]:
            answer = await client.request(method, path, json=body)
            assert answer.status_code == 422, (path, name)
    for email in ("nova@example.org\r\nBcc: x@example.org", "a\nb@example.org", "nova@example.org\x00.evil.example"):
        assert (await browser.post(RESET, json={"email": email})).status_code == 422, email
    await drain(app)
    assert app.mail.sent == []


async def test_a_user_agent_is_text_and_nothing_more(new_browser, nova):
    browser = new_browser(agent="<script>alert(1)</script>" + "x" * 1000)
    answer = await browser.post(ME, json=login(nova.email))
    assert "script" not in str(answer.headers)
    [device] = (await browser.get(DEVICES)).json()
    assert device["agent"] == ("<script>alert(1)</script>" + "x" * 1000)[:300]


async def test_an_address_that_only_looks_like_another_is_another(browser, nova, emails):
    for email in (
        "nоva@example.org",
        "ｎova@example.org",
        "nova\u200b@example.org",
        "nova@exаmple.org",
        "nova @example.org",
    ):
        assert (await browser.post(ME, json=login(email))).status_code == 401, email
        assert (await browser.post(RESET, json={"email": email})).status_code in (202, 422), email
    assert await emails(nova.email) == []


async def test_what_is_far_too_large_is_refused_at_once(browser, home):
    large = "x" * 999_000
    for client, method, path, body in [
        (browser, "POST", ME, login("nova@example.org", large[:900_000])),
        (browser, "POST", TOKENS, login("nova@example.org", large[:900_000])),
        (browser, "POST", ME, login(large[:900_000])),
        (browser, "POST", REGISTRATION, ASTER | {"password": large[:900_000]}),
        (browser, "POST", REGISTRATION, ASTER | {"name": "x" * 300}),
        (browser, "POST", REGISTRATION, ASTER | {"email": "x" * 290 + "@x.org"}),
        (browser, "POST", f"{RESET}/confirm", {"token": large[:900_000], "password": OTHER}),
        (browser, "POST", f"{TOKENS}/refresh", {"refresh_token": large[:900_000]}),
        (home, "PATCH", PROFILE, {"name": "x" * 300}),
        (home, "POST", "/api/core/keys", {"name": "k", "permissions": ["x"] * 1000}),
    ]:
        began = perf_counter()
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, len(answer.text) < 1000) == (422, True), path
        assert perf_counter() - began < 2, path
    assert (await browser.post(ME, json=login("a@example.org", large + large))).status_code == 413
    long = await browser.get(ME, headers={"authorization": "Bearer " + large, "cookie": "mb_session=" + large})
    assert long.status_code == 401


async def test_json_that_reads_in_two_ways_or_none_is_never_our_fault(browser):
    for body in (
        '{"email": 5, "password": null}',
        '{"email": ["a@example.org"], "password": {"$ne": ""}}',
        '{"email": "\\ud800@example.org", "password": "\\udfff"}',
        '{"email": "a@example.org\\u0000", "password": "\\u0000"}',
        '{"email": NaN, "password": 1e999}',
        '{"email": "a@example.org", "password": "x", "code": 1' + "0" * 5000 + "}",
        "null",
        "true",
        '"text"',
        "[]",
        "{}",
        "\ufeff{}",
        "{'email': 'a'}",
    ):
        for path in (ME, TOKENS, REGISTRATION, RESET, f"{RESET}/confirm", f"{TOKENS}/refresh"):
            answer = await browser.post(path, content=body.encode(), headers={"content-type": "application/json"})
            assert answer.status_code in (400, 401, 422), (path, body[:60], answer.text)
    twice = f'{{"email": "a@example.org", "password": "{WRONG}", "password": "{PASSWORD}"}}'
    answer = await browser.post(ME, content=twice, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 401, 422)


async def test_json_that_is_nested_without_end_is_malformed(browser):
    for body in ("[" * 100_000, '{"email":' * 20_000):
        answer = await browser.post(ME, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
