"""Who has a login here?"""

from __future__ import annotations

import statistics
from time import perf_counter
from typing import Any

import httpx
import pytest

from maxbooster.auth.operators.service import set_disabled
from maxbooster.auth.passwords import Hasher
from maxbooster.testing import make_person

from .tools import ASTER, ME, OTHER, REGISTRATION, RESET, TOKENS, WRONG, login


async def test_nobody_learns_who_has_a_login(browser, nova, emails):
    def seen(answer: httpx.Response) -> tuple[Any, ...]:
        return answer.status_code, answer.text, sorted(answer.headers)

    unknown = "nobody@example.org"
    asked = [
        (ME, {"password": WRONG}),
        (TOKENS, {"password": WRONG}),
        (RESET, {}),
        (REGISTRATION, {"password": OTHER, "name": "Aster", "born_on": "2000-01-31"}),
    ]
    for path, body in asked:
        known, other = [seen(await browser.post(path, json=body | {"email": each})) for each in (nova.email, unknown)]
        assert known == other, path
    assert [mail.subject for mail in await emails(unknown)] == ["Confirm your email address"]
    assert {mail.subject for mail in await emails(nova.email)} == {
        "Reset your password",
        "You already have an account",
    }


async def test_a_disabled_user_is_answered_like_a_wrong_password(app, browser, nova):
    wrong = await browser.post(ME, json=login(nova.email, WRONG))
    async with app.unit() as ctx:
        await set_disabled(ctx, nova.user, True)
    right = await browser.post(ME, json=login(nova.email))
    assert (right.status_code, right.text) == (wrong.status_code, wrong.text)


@pytest.mark.parametrize("path", [ME, RESET, REGISTRATION])
async def test_the_time_does_not_tell_who_has_a_login(app, new_browser, nova, path):
    """Measured without the floor under a refused login, which would hide the difference, and with passwords that cost
    what they do for real."""
    app.hasher.close()
    app.hasher = Hasher()
    body: dict[str, str] = {"password": WRONG} if path == ME else {}
    if path == REGISTRATION:
        body = {name: ASTER[name] for name in ("password", "name", "born_on")}
    everybody = [nova.email, *[(await make_person(app, f"known{n}@example.org")).email for n in range(2)]]
    took: dict[bool, list[float]] = {True: [], False: []}
    for n in range(9):
        for known in (True, False):
            email = everybody[n % 3] if known else f"unknown{n % 3}@example.org"
            began = perf_counter()
            answer = await new_browser(address=f"198.51.100.{n}").post(path, json=body | {"email": email})
            took[known].append(perf_counter() - began)
            assert answer.status_code in (202, 401)
    assert 0.6 < statistics.median(took[True]) / statistics.median(took[False]) < 1.7, took


@pytest.mark.parametrize("app_settings", [{"mail": "memory:", "login_floor_ms": 150}])
async def test_a_refused_login_takes_its_time(browser, nova):
    for email in (nova.email, "nobody@example.org"):
        began = perf_counter()
        await browser.post(ME, json=login(email, WRONG))
        assert 0.15 <= perf_counter() - began < 1
