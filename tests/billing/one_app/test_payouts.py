"""Payouts as people ask for them, with providers that decline, dawdle, fail and repeat themselves."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from maxbooster.plugin import signed_headers
from maxbooster.testing import drain, make_person, open_api, open_browser
from maxbooster_billing.ledger.posting import Leg, Transaction, post
from maxbooster_billing.plugin import PAYMENT_PROVIDER
from maxbooster_billing.test_provider.bank import Bank

from ..conftest import AT, arrived, balances, sale, verdict

WEBHOOKS = "/api/core/webhooks/billing.test"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def payee(api, poster, destination: str, owed: int = 1000, name: str = "Nova") -> str:
    made = await api.post(f"{AT}/payees", json={"name": name, "provider": "test", "destination": destination})
    assert made.status_code == 201, made.text
    if owed:
        await poster(sale(f"sale to {name}", owed, made.json()["id"]))
        await poster(arrived(f"arrived for {name}", owed))
    return made.json()["id"]


async def pay(api, payee: str, key: str = "1", **more) -> dict:
    answer = await api.post(f"{AT}/payouts", json={"payee": payee, "currency": "EUR", "key": key} | more)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def state(api, id: str) -> tuple[str, str]:
    row = (await api.get(f"{AT}/payouts/{id}")).json()
    return row["state"], row["reason"]


async def test_until_it_is_sent_a_payout_is_a_hold(app, api, poster):
    nova = await payee(api, poster, "accept")
    await pay(api, nova, amount=400)
    assert (await balances(api))["payable", nova] == (1000, 400)
    assert (await api.get(f"{AT}/payouts")).json()["items"][0]["state"] == "held"
    await drain(app)
    assert (await balances(api))["payable", nova] == (600, 0)
    assert (await balances(api))["bank", ""] == (600, 0)


async def test_words_of_a_provider_that_do_not_fit_show_that_there_was_more(app, api, poster, account, monkeypatch):
    """The audit trail keeps all of them."""
    essay = "The receiver's account is closed, " * 60
    async with app.unit(account, writable=False) as ctx:
        provider = ctx.connector(PAYMENT_PROVIDER, "test").it
    monkeypatch.setattr(type(provider), "_decision", lambda *_: essay)
    nova = await payee(api, poster, "decline", name="Essay")
    begun = await pay(api, nova, "essay")
    await drain(app)
    assert await state(api, begun["id"]) == ("failed", essay[:499] + "…")
    entries = (await api.get("/api/core/audit", params={"limit": 20})).json()["items"]
    assert [each["after"]["reason"] for each in entries if each["action"] == "payout.failed"][:1] == [essay]
    assert (await verdict(app)).ok


async def test_a_declined_payout_is_owed_again(app, api, poster):
    nova = await payee(api, poster, "decline")
    begun = await pay(api, nova)
    await drain(app)
    assert await state(api, begun["id"]) == ("failed", "The receiver's account is closed.")
    assert (await balances(api))["payable", nova] == (1000, 0)
    assert (await verdict(app)).ok


async def test_a_fee_is_booked_besides(app, api, poster):
    nova = await payee(api, poster, "fee")
    await pay(api, nova)
    await drain(app)
    found = await balances(api)
    assert (found["payable", nova], found["fees", "test"], found["bank", ""]) == ((0, 0), (25, 0), (-25, 0))


async def test_a_provider_that_cannot_be_reached_is_tried_again(app, api, poster, clock):
    nova = await payee(api, poster, "flaky")
    begun = await pay(api, nova)
    for _ in range(4):
        await drain(app)
        clock.advance(seconds=60)
    assert (await state(api, begun["id"]))[0] == "paid"
    assert (await balances(api))["bank", ""] == (0, 0)


async def test_what_is_on_its_way_is_asked_for_later(app, api, poster, clock):
    nova = await payee(api, poster, "slow")
    begun = await pay(api, nova)
    await drain(app)
    assert (await state(api, begun["id"]))[0] == "sent"
    assert (await balances(api))["payable", nova] == (1000, 1000)
    clock.advance(minutes=2)
    await drain(app)
    assert (await state(api, begun["id"]))[0] == "paid"
    assert (await verdict(app)).ok


async def test_webhooks_in_any_order_and_number_settle_once(app, api, account, poster, clock):
    ids = [await payee(api, poster, "slow", 100 + n, f"Payee {n}") for n in range(4)]
    for n, id in enumerate(ids):
        await pay(api, id, str(n))
    await drain(app)
    async with app.unit(account, writable=False) as ctx:
        provider = ctx.connector(PAYMENT_PROVIDER, "test").it
    clock.advance(minutes=2)
    webhooks = provider.webhooks(clock()) * 5
    Random(7).shuffle(webhooks)
    async with open_api(app) as provider:
        for headers, body in webhooks:
            assert (await provider.post(WEBHOOKS, content=body, headers=headers)).status_code == 200
        await drain(app)
        for headers, body in webhooks:
            assert (await provider.post(WEBHOOKS, content=body, headers=headers)).status_code == 200
    await drain(app)
    assert {row["state"] for row in (await api.get(f"{AT}/payouts")).json()["items"]} == {"paid"}
    assert (await balances(api))["bank", ""] == (0, 0)
    assert (await verdict(app)).ok


@pytest.mark.parametrize(
    "body", [b"", b"not JSON", b"[]", b'{"type": "payout.changed", "order": "nobody"}', b"\xff\x00"]
)
async def test_a_signed_webhook_that_makes_no_sense_is_refused(app, clock, body):
    secret = Bank(app.settings.data / "test-provider.db").secret()
    async with open_api(app) as provider:
        answer = await provider.post(WEBHOOKS, content=body, headers=signed_headers("tp_1", body, [secret], clock()))
    assert answer.status_code == 400, answer.text


async def test_nobody_is_paid_twice_in_a_race(app, api, poster):
    nova = await payee(api, poster, "accept")
    tries = [api.post(f"{AT}/payouts", json={"payee": nova, "currency": "EUR", "key": str(n)}) for n in range(50)]
    answers = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert sorted(answers) == [202] + [409] * 49
    await drain(app)
    assert (await balances(api))["bank", ""] == (0, 0)


async def test_a_key_that_was_used_answers_the_same_payout(app, api, poster):
    nova = await payee(api, poster, "accept")
    first = await pay(api, nova, amount=100)
    assert (await pay(api, nova, amount=100))["id"] == first["id"]
    other = await api.post(f"{AT}/payouts", json={"payee": nova, "currency": "EUR", "key": "1", "amount": 101})
    assert (other.status_code, other.json()["type"]) == (409, "urn:maxbooster:problem:key-reused")


@pytest.mark.parametrize(
    ("more", "status"), [({"amount": 1001}, 409), ({"currency": "USD"}, 409), ({"amount": 0}, 422)]
)
async def test_what_cannot_be_paid_is_refused(api, poster, more, status):
    nova = await payee(api, poster, "accept")
    wanted = {"payee": nova, "currency": "EUR", "key": "1"} | more
    assert (await api.post(f"{AT}/payouts", json=wanted)).status_code == status
    assert (await balances(api))["payable", nova] == (1000, 0)


async def test_a_payee_without_a_method_cannot_be_paid_until_one_is_set(app, api, poster):
    made = (await api.post(f"{AT}/payees", json={"name": "Nova"})).json()["id"]
    await poster(sale("1", 500, made))
    await poster(arrived("1 arrived", 500))
    refused = await api.post(f"{AT}/payouts", json={"payee": made, "currency": "EUR", "key": "1"})
    assert (refused.status_code, refused.json()["field"]) == (409, "payee")
    change = {"name": "Nova", "version": 1, "provider": "test", "destination": "accept"}
    assert (await api.put(f"{AT}/payees/{made}", json=change)).status_code == 204
    await pay(api, made)
    await drain(app)
    assert (await api.get(f"{AT}/payees/{made}")).json()["owed"][0]["amount"] == 0


async def test_an_unknown_provider_is_named(api):
    refused = await api.post(f"{AT}/payees", json={"name": "Nova", "provider": "gold", "destination": "x"})
    assert (refused.status_code, refused.json()["field"]) == (422, "provider")
    assert "there is bank_transfer" in refused.json()["detail"]


async def test_a_person_proves_who_they_are_before_paying(app, poster, clock):
    person = await make_person(app)
    async with open_browser(app) as browser:
        await browser.log_in(person)
        clock.advance(minutes=30)
        wanted = {"payee": "01a21248-857b-7679-afdd-587c12e4b923", "currency": "EUR", "key": "1"}
        refused = await browser.post(f"{AT}/payouts", json=wanted)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:maxbooster:problem:step-up-required")


async def test_paid_and_failed_payouts_are_told_to_the_others(app, api, poster, account):
    nova = await payee(api, poster, "accept")
    lux = await payee(api, poster, "decline", name="Lux")
    await pay(api, nova, "1")
    await pay(api, lux, "2")
    await drain(app)
    actions = [entry["action"] for entry in (await api.get("/api/core/audit")).json()["items"]]
    assert {"payout.requested", "payout.paid", "payout.failed"} <= set(actions)


async def test_a_book_with_payouts_survives_its_payees_rename(app, api, account, poster):
    nova = await payee(api, poster, "accept")
    change = {"name": "Nova Grey", "version": 1, "provider": "test", "destination": "accept"}
    assert (await api.put(f"{AT}/payees/{nova}", json=change)).status_code == 204
    assert (await api.put(f"{AT}/payees/{nova}", json=change)).status_code == 409
    await pay(api, nova)
    await drain(app)
    [row] = (await api.get(f"{AT}/payouts", params={"payee": nova})).json()["items"]
    assert row["payee_name"] == "Nova Grey"
    async with app.unit(account) as ctx:
        legs = (Leg("bank", 1), Leg("opening", -1))
        await ctx.write(post, ctx.account, Transaction(key="z", currency="EUR", legs=legs), ctx.now)
