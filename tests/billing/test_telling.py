"""What people hear at the bell of payouts, what jobs are called, and what to do first."""

from __future__ import annotations

import pytest

from maxbooster.identity import Identity
from maxbooster.testing import drain, make_person, open_browser
from maxbooster_billing.plugin import manifest

from .conftest import AT, sale
from .one_app.test_payouts import pay, payee


@pytest.fixture
async def owner(app):
    return await make_person(app)


@pytest.fixture
def account(owner):
    return Identity(owner.account, owner.user, frozenset({"*"}))


async def test_people_hear_of_payouts_that_were_paid_and_refused(app, api, poster, owner):
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=owner.account)
    for name, destination in (("Nova", "accept"), ("Lux", "decline")):
        await pay(api, await payee(api, poster, destination, name=name), name)
    await drain(app)
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        notices = (await browser.get("/api/core/notices")).json()["notices"]
        steps = {each["id"]: each["done"] for each in (await browser.get("/api/core/first-steps")).json()}
    told = {each["title"].format(**each["facts"]): (each["tone"], each["text"], each["path"]) for each in notices}
    assert told == {
        "10.00 EUR was paid to Nova": ("good", "", "/money"),
        "10.00 EUR to Lux failed and is back in their balance": (
            "danger",
            "The receiver's account is closed.",
            "/money",
        ),
    }
    assert steps["billing.payee"] is True
    async with open_browser(app) as browser:
        await browser.log_in(viewer)
        assert (await browser.get("/api/core/notices")).json()["notices"] == []


async def test_an_account_without_payees_is_led_to_them(app, owner):
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        [step] = [each for each in (await browser.get("/api/core/first-steps")).json() if each["id"] == "billing.payee"]
    assert (step["done"], step["path"]) == (False, "/money")


async def test_every_job_of_billing_has_words(app):
    [texts] = [offered for plugin, offered in app.offers.translations if plugin == manifest.name]
    jobs = [name for name in app.jobs if name.removeprefix("on:").startswith("billing.")]
    assert jobs
    assert all(texts["en"][f"job.{name}"] for name in jobs)


async def test_money_that_arrives_settles_what_is_owed_to_us_once(app, owner, poster):
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        await _money_arrives(browser, poster)


async def _money_arrives(api, poster):
    await poster(sale("1", 1000))
    arrived = {"key": "BANK 7", "source": "spotify", "currency": "EUR", "amount": 700}
    answers = [await api.post(f"{AT}/ledger/receipts", json=arrived) for _ in range(2)]
    assert [(each.status_code, each.json()["repeated"]) for each in answers] == [(201, False), (201, True)]
    rows = (await api.get(f"{AT}/ledger/balances")).json()
    amounts = {row["purpose"]: row["amount"] for row in rows}
    assert (amounts["bank"], amounts["receivable"], amounts["payable"]) == (700, 300, 1000)
    reused = await api.post(f"{AT}/ledger/receipts", json=arrived | {"amount": 701})
    assert (reused.status_code, reused.json()["type"]) == (409, "urn:maxbooster:problem:key-reused")
    assert (await api.post(f"{AT}/ledger/receipts", json=arrived | {"key": "x", "amount": 0})).status_code == 422
    undone = await api.post(f"{AT}/ledger/transactions/{answers[0].json()['id']}/reverse")
    assert undone.status_code == 201, undone.text
    rows = (await api.get(f"{AT}/ledger/balances")).json()
    assert {row["purpose"]: row["amount"] for row in rows}["receivable"] == 1000
