"""Passkeys as people live with them: added, used to log in, to prove once more, in place of a code, and removed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from maxbooster.auth.models import User
from maxbooster.auth.operators.service import reset
from maxbooster.db.models import PLATFORM
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import PASSWORD, Browser, Person, make_person

from .authenticator import SYNCED, VERIFIED, Authenticator, encode

ME = "/api/core/session"
PASSKEYS = "/api/core/profile/passkeys"
LOGIN = "/api/core/session/passkey"

pytestmark = pytest.mark.usefixtures("at_once")


async def options(browser: Browser, at: str) -> dict[str, Any]:
    answer = await browser.post(at)
    answer.raise_for_status()
    return answer.json()["publicKey"]


async def add(browser: Browser, device: Authenticator, name: str = "Nova's phone") -> dict[str, Any]:
    credential = device.create(await options(browser, f"{PASSKEYS}/options"))
    return browser.note(await browser.post(PASSKEYS, json={"name": name, "credential": credential}))


async def enter(browser: Browser, device: Authenticator) -> httpx.Response:
    """Log in by the passkey alone."""
    return await browser.post(LOGIN, json={"credential": device.use(await options(browser, f"{LOGIN}/options"))})


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


async def test_a_passkey_logs_in_without_a_password(home, browser, nova, device, emails):
    added = await add(home, device)
    assert (added["passkey"]["name"], added["passkey"]["used_at"], len(added["recovery_codes"])) == (
        "Nova's phone",
        None,
        10,
    )
    me = browser.note(await enter(browser, device))
    assert me["user"]["id"] == str(nova.user)
    [listed] = (await browser.get(PASSKEYS)).json()
    assert listed["used_at"] is not None
    assert (await browser.patch("/api/core/profile", json={"name": "Nova R."})).status_code == 200
    assert [email.subject for email in await emails(nova.email)] == ["Your two-factor authentication was changed"]


async def test_a_password_alone_logs_in_no_more(home, browser, nova, device):
    codes = (await add(home, device))["recovery_codes"]
    asked = await browser.post(ME, json={"email": nova.email, "password": PASSWORD})
    problem = asked.json()
    assert (asked.status_code, problem["type"]) == (401, "urn:maxbooster:problem:second-factor-required")
    request = problem["passkey"]["publicKey"]
    assert [each["id"] for each in request["allowCredentials"]] == [encode(device.credential)]
    assert (await browser.log_in(nova, passkey=device.use(request)))["user"]["id"] == str(nova.user)
    assert (await browser.log_in(nova, code=codes[0]))["user"]["id"] == str(nova.user)
    wrong = await browser.post(ME, json={"email": nova.email, "password": "wrong", "passkey": device.use(request)})
    assert "passkey" not in wrong.json()


async def test_beside_an_app_either_counts(home, browser, nova, device, switch_on):
    phone = await switch_on(home)
    assert (await add(home, device))["recovery_codes"] == []
    await browser.log_in(nova, code=phone.code())
    asked = await browser.post(ME, json={"email": nova.email, "password": PASSWORD})
    await browser.log_in(nova, passkey=device.use(asked.json()["passkey"]["publicKey"]))
    browser.note(await browser.delete("/api/core/profile/totp"))
    await browser.log_in(nova, code=phone.recovery[0])


async def test_it_proves_once_more_who_one_is(home, clock, nova, device):
    await add(home, device)
    clock.advance(hours=1)
    assert (await home.post(f"{PASSKEYS}/options")).json()["type"] == "urn:maxbooster:problem:step-up-required"
    asked = await options(home, "/api/core/session/prove/passkey")
    home.note(await home.post("/api/core/session/prove", json={"passkey": device.use(asked)}))
    assert (await home.post(f"{PASSKEYS}/options")).status_code == 200
    nothing = await home.post("/api/core/session/prove", json={})
    assert (nothing.status_code, nothing.json()["field"]) == (422, "password")


async def test_adding_one_ends_the_other_sessions_and_rotates_this_one(home, new_browser, nova, device):
    other, before = new_browser(), home.cookies["mb_session"]
    await other.log_in(nova)
    await add(home, device)
    assert (await other.get(ME)).status_code == 401
    assert home.cookies["mb_session"] != before


async def test_it_is_renamed_and_removed_and_logs_nobody_in_any_more(home, browser, nova, device):
    id = (await add(home, device))["passkey"]["id"]
    assert (await home.patch(f"{PASSKEYS}/{id}", json={"name": " Blue key "})).json()["name"] == "Blue key"
    home.note(await home.delete(f"{PASSKEYS}/{id}"))
    assert (await home.get(PASSKEYS)).json() == []
    assert (await enter(browser, device)).status_code == 401
    await browser.log_in(nova)
    assert (await browser.post("/api/core/profile/recovery-codes")).status_code == 409


async def test_another_persons_passkey_is_out_of_reach(app, home, new_browser, device):
    id = (await add(home, device))["passkey"]["id"]
    other = new_browser()
    await other.log_in(await make_person(app, "kai@example.org"))
    assert (await other.get(PASSKEYS)).json() == []
    assert (await other.patch(f"{PASSKEYS}/{id}", json={"name": "Mine"})).status_code == 404
    assert (await other.delete(f"{PASSKEYS}/{id}")).status_code == 404
    asked = await options(other, f"{PASSKEYS}/options")
    stolen = await other.post(PASSKEYS, json={"name": "Mine", "credential": device.create(asked)})
    assert (stolen.status_code, stolen.json()["detail"]) == (409, "This passkey is in use already.")


async def test_an_answer_counts_once_for_what_it_was_asked_for_and_for_minutes(home, new_browser, clock, nova):
    device = Authenticator(synced=True)
    await add(home, device)
    answer = device.use(await options(new_browser(), f"{LOGIN}/options"))
    assert (await new_browser().post(LOGIN, json={"credential": answer})).status_code == 200
    again = await new_browser().post(LOGIN, json={"credential": answer})
    assert (again.status_code, "already" in again.json()["detail"]) == (401, True)
    asked = await options(home, "/api/core/session/prove/passkey")
    elsewhere = await new_browser().post(LOGIN, json={"credential": device.use(asked)})
    assert "answered another request" in elsewhere.json()["detail"]
    late = device.use(await options(new_browser(), f"{LOGIN}/options"))
    clock.advance(minutes=6)
    assert "took too long" in (await new_browser().post(LOGIN, json={"credential": late})).json()["detail"]


def _of_another_site(device: Authenticator) -> None:
    device.origin, device.rp_id = "http://localh0st:8080", "localh0st"


def _at_another_origin(device: Authenticator) -> None:
    device.origin = "http://localhost:9999"


def _unlocked_by_nobody(device: Authenticator) -> None:
    device.flags &= ~VERIFIED


def _cloned(device: Authenticator) -> None:
    device.count = 1
    device.step = 0


def _another_key(device: Authenticator) -> None:
    device.key = Authenticator().key


def _of_another_user(device: Authenticator) -> None:
    device.user = b"somebody else...."


def _synced_without_being_able_to(device: Authenticator) -> None:
    device.flags |= SYNCED


MISBEHAVIORS = [
    _of_another_site, _at_another_origin, _unlocked_by_nobody, _cloned, _another_key, _of_another_user,
    _synced_without_being_able_to,
]  # fmt: skip


@pytest.mark.parametrize("misbehave", MISBEHAVIORS)
async def test_what_does_not_prove_anything_is_refused(home, browser, nova, device, misbehave):
    await add(home, device)
    for _ in range(2):
        (await enter(browser, device)).raise_for_status()
    misbehave(device)
    refused = await enter(browser, device)
    assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)


async def test_a_passkey_of_another_site_is_not_added(home, device):
    _of_another_site(device)
    credential = device.create(await options(home, f"{PASSKEYS}/options"))
    refused = await home.post(PASSKEYS, json={"name": "Phone", "credential": credential})
    assert (refused.status_code, refused.json()["field"]) == (422, "credential")


async def test_a_disabled_user_is_not_let_in(app, home, browser, nova, device):
    await add(home, device)
    await _disable(app, nova)
    assert (await enter(browser, device)).status_code == 401


async def _disable(app: Any, person: Person) -> None:
    disabled = update(User).where(User.id == person.user).values(disabled_at=app.clock())
    await app.database.transact(lambda connection: connection.execute(disabled))


@pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", ["AA", "e30", "bnVsbA", "W10", "_" * 2000])
async def test_nonsense_is_refused(home, browser, device, field, value):
    await add(home, device)
    answer = device.use(await options(browser, f"{LOGIN}/options"))
    answer["response"][field] = value
    assert (await browser.post(LOGIN, json={"credential": answer})).status_code in (400, 401, 422)


async def test_there_are_not_too_many(home, device, monkeypatch):
    monkeypatch.setattr("maxbooster.auth.passkeys.service.MOST", 1)
    await add(home, device)
    full = await home.post(f"{PASSKEYS}/options")
    assert (full.status_code, "delete one" in full.json()["detail"]) == (409, True)


async def test_staff_take_it_off_for_one_who_has_lost_it(app, home, browser, nova, device):
    await add(home, device)
    staff = await make_person(app, "staff@example.org", operator="admin")
    async with app.unit(Identity(PLATFORM, staff.user, frozenset({EVERYTHING}))) as ctx:
        await reset(ctx, nova.user, second_factor=True)
    assert (await enter(browser, device)).status_code == 401
