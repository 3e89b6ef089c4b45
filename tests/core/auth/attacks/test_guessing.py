"""Guessing passwords and codes, and asking for emails without end."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

from maxbooster.testing import make_person

from .tools import ME, OTHER, RESET, TOKENS, WRONG, login


async def test_a_code_that_was_seen_is_worth_nothing(home, new_browser, nova, switch_on):
    phone = await switch_on(home)
    body = login(nova.email) | {"code": phone.code()}
    at_once = await asyncio.gather(*(new_browser().post(ME, json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in at_once) == [200, 401, 401, 401]
    assert (await new_browser().post(ME, json=body)).status_code == 401
    assert (await new_browser().post(TOKENS, json=body)).status_code == 401
    recovery = login(nova.email) | {"code": phone.recovery[0]}
    at_once = await asyncio.gather(*(new_browser().post(ME, json=recovery) for _ in range(2)))
    assert sorted(answer.status_code for answer in at_once) == [200, 401]


async def test_a_code_of_another_minute_is_worth_nothing(home, browser, nova, switch_on, clock):
    phone = await switch_on(home)
    clock.advance(minutes=5)
    for steps, status in ((-3, 401), (3, 401), (0, 200)):
        answer = await browser.post(ME, json=login(nova.email) | {"code": phone.code(steps=steps)})
        assert answer.status_code == status, steps


async def test_codes_cannot_be_guessed_at_leisure(home, new_browser, nova, switch_on, clock):
    phone = await switch_on(home)
    clock.advance(hours=1)
    tries = [
        await new_browser(address=f"203.0.113.{n}").post(ME, json=login(nova.email) | {"code": f"{n:06}"})
        for n in range(12)
    ]
    assert Counter(answer.status_code for answer in tries) == {401: 10, 429: 2}
    right = await new_browser().post(ME, json=login(nova.email) | {"code": phone.code(steps=-1)})
    assert right.status_code == 429


async def test_passwords_cannot_be_guessed_at_leisure_for_one_address_known_or_not(new_browser, nova):
    def seen(answer: httpx.Response) -> tuple[Any, ...]:
        told = {name: value for name, value in answer.json().items() if name not in ("detail", "retry_after_s")}
        return answer.status_code, told, sorted(answer.headers)

    guesses = {}
    for email in (nova.email, "nobody@example.org"):
        tries = [
            await new_browser(address=f"203.0.113.{n}").post(path, json=login(email, WRONG))
            for n, path in enumerate([ME, TOKENS] * 6)
        ]
        assert Counter(answer.status_code for answer in tries) == {401: 10, 429: 2}
        assert 50 <= int(tries[-1].headers["retry-after"]) <= 60
        guesses[email] = [seen(answer) for answer in tries]
    assert guesses[nova.email] == guesses["nobody@example.org"]


async def test_passwords_cannot_be_guessed_at_leisure_from_one_network(new_browser, nova):
    """One customer has a /64 of IPv6 addresses, and may spray one password over many people."""
    tries = [
        await new_browser(address=f"2001:db8:1:2::{n:x}").post(ME, json=login(f"user{n}@example.org", WRONG))
        for n in range(52)
    ]
    assert Counter(answer.status_code for answer in tries) == {401: 50, 429: 2}
    assert (await new_browser(address="2001:db8:1:3::1").post(ME, json=login(nova.email))).status_code == 200


async def test_the_owner_gets_in_while_strangers_use_their_tries_up(app, home, new_browser, nova, link_to):
    other = await make_person(app, "other@example.org")
    for n in range(10):
        await new_browser(address=f"203.0.113.{n}").post(ME, json=login(nova.email, WRONG))
    stranger = new_browser()
    await stranger.log_in(other)
    assert (await stranger.post(ME, json=login(nova.email))).status_code == 429
    assert (await home.post(ME, json=login(nova.email))).status_code == 200
    fresh = new_browser(address="198.51.100.7")
    assert (await fresh.post(ME, json=login(nova.email))).status_code == 429
    await fresh.post(RESET, json={"email": nova.email})
    chosen = {"token": await link_to(nova.email), "password": OTHER}
    assert (await fresh.post(f"{RESET}/confirm", json=chosen)).status_code == 204
    assert (await fresh.post(ME, json=login(nova.email, OTHER))).status_code == 200


async def test_a_stolen_device_cookie_gives_ten_tries_not_more(home, new_browser, nova):
    thief = new_browser(cookie=f"mb_device={home.cookies['mb_device']}")
    tries = [await thief.post(ME, json=login(nova.email, WRONG)) for _ in range(12)]
    assert Counter(answer.status_code for answer in tries) == {401: 10, 429: 2}


async def test_a_stolen_session_cannot_try_passwords_at_leisure(home):
    tries = [await home.post(f"{ME}/prove", json={"password": WRONG}) for _ in range(12)]
    assert Counter(answer.status_code for answer in tries) == {401: 10, 429: 2}


async def test_emails_cannot_be_sent_at_leisure(new_browser, emails):
    flood = [
        await new_browser(address=f"203.0.113.{n}").post(RESET, json={"email": "nova@example.org"}) for n in range(5)
    ]
    assert [answer.status_code for answer in flood] == [202, 202, 202, 429, 429]
    spray = [await new_browser().post(RESET, json={"email": f"user{n}@example.org"}) for n in range(22)]
    assert Counter(answer.status_code for answer in spray) == {202: 20, 429: 2}
