"""Money leaves a book only as far as it has arrived there, and nobody makes it up by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from maxbooster.plugin import Identity, new_id
from maxbooster.testing import drain, make_person, open_browser
from maxbooster_billing.ledger.posting import Leg, Transaction, reverse
from maxbooster_billing.ledger.settled import NotSettled
from maxbooster_billing.ledger.transfers import Transfer, send_transfer

from ..conftest import AT, arrived, balances, sale, verdict
from .test_payouts import pay, payee

pytestmark = pytest.mark.asyncio(loop_scope="module")
HUGE = 10**12


def by_hand(key: str, *legs: tuple[str, int, str]) -> dict[str, Any]:
    said = [{"purpose": purpose, "amount": amount, "party": party} for purpose, amount, party in legs]
    return {"key": key, "currency": "EUR", "legs": said, "memo": "By hand"}


@pytest_asyncio.fixture(loop_scope="module")
async def owner(app: Any) -> Any:
    return await make_person(app, f"owner-{new_id()}@example.org")


@pytest_asyncio.fixture(loop_scope="module")
async def account(owner: Any) -> Identity:
    return Identity(owner.account, owner.user, frozenset({"*"}))


@pytest_asyncio.fixture(loop_scope="module")
async def people(app: Any, owner: Any) -> Any:
    """The owner and an admin of the account, each in a browser, freshly logged in."""
    admin = await make_person(app, f"admin-{new_id()}@example.org", role="admin", account=owner.account)
    async with open_browser(app) as one, open_browser(app, address="127.0.0.2") as other:
        await one.log_in(owner)
        await other.log_in(admin)
        yield one, other


async def test_an_api_key_makes_no_money_by_hand(app, api):
    """The attack that was found: bank and payable out of nothing, then paid out."""
    made = await api.post(f"{AT}/payees", json={"name": "Mallory", "provider": "test", "destination": "accept"})
    mallory = made.json()["id"]
    forged = by_hand("forged", ("bank", HUGE, ""), ("payable", -HUGE, mallory))
    answer = await api.post(f"{AT}/ledger/transactions", json=forged)
    assert (answer.status_code, answer.json()["pending"]) == (201, True)
    assert (await balances(api)) == {}
    refused = await api.post(f"{AT}/payouts", json={"payee": mallory, "currency": "EUR", "key": "1"})
    assert refused.status_code == 409
    approval = await api.post(f"{AT}/ledger/proposals/{answer.json()['id']}/approve")
    assert (approval.status_code, approval.json()["type"]) == (403, "urn:maxbooster:problem:not-allowed")


@pytest.mark.parametrize(
    "legs",
    [
        (("bank", 5, ""), ("opening", -5, "")),
        (("income", 5, ""), ("payable", -5, "nova")),
        (("overpaid", -5, "nova"), ("income", 5, "")),
    ],
)
async def test_what_touches_money_waits_for_a_second_person(api, poster, people, legs):
    one, other = people
    await poster(Transaction(key="debt", currency="EUR", legs=(Leg("overpaid", 9, "nova"), Leg("income", -9))))
    before = await balances(api)
    wanted = by_hand("k", *legs)
    asked = await one.post(f"{AT}/ledger/transactions", json=wanted)
    assert (asked.status_code, asked.json()["pending"]) == (201, True)
    again = await one.post(f"{AT}/ledger/transactions", json=wanted)
    assert again.json()["id"] == asked.json()["id"]
    place = f"{AT}/ledger/proposals/{asked.json()['id']}"
    assert await balances(api) == before
    alone = await one.post(f"{place}/approve")
    assert (alone.status_code, "somebody else" in alone.json()["detail"]) == (403, True)
    approved = await other.post(f"{place}/approve")
    assert approved.status_code == 201, approved.text
    assert await balances(api) != before
    assert (await other.post(f"{place}/approve")).status_code == 409
    assert (await one.post(f"{AT}/ledger/transactions", json=wanted)).json()["id"] == approved.json()["id"]
    [row] = (await api.get(f"{AT}/ledger/proposals")).json()["items"]
    assert (row["state"], row["posted"]) == ("approved", approved.json()["id"])


async def test_a_rejected_posting_stays_unposted(api, people):
    one, other = people
    asked = await one.post(f"{AT}/ledger/transactions", json=by_hand("k", ("bank", 5, ""), ("opening", -5, "")))
    place = f"{AT}/ledger/proposals/{asked.json()['id']}"
    assert (await other.post(f"{place}/reject")).status_code == 204
    assert (await other.post(f"{place}/approve")).status_code == 409
    assert await balances(api) == {}
    changed = by_hand("k", ("bank", 6, ""), ("opening", -6, ""))
    assert (await one.post(f"{AT}/ledger/transactions", json=changed)).status_code == 409


async def test_fifty_approvals_at_once_post_once(app, api, people):
    one, other = people
    asked = await one.post(f"{AT}/ledger/transactions", json=by_hand("k", ("bank", 5, ""), ("opening", -5, "")))
    place = f"{AT}/ledger/proposals/{asked.json()['id']}/approve"
    answers = await asyncio.gather(*(other.post(place) for _ in range(50)))
    assert [each.status_code for each in answers].count(201) == 1, {each.status_code for each in answers}
    assert (await balances(api))["bank", ""] == (5, 0)
    assert (await verdict(app)).ok


async def test_money_that_nobody_owed_or_that_a_key_reports_waits_too(api, poster, people):
    one, _ = people
    await poster(sale("1", 1000))
    receipt = {"key": "a", "source": "spotify", "currency": "EUR", "amount": 1000}
    assert (await api.post(f"{AT}/ledger/receipts", json=receipt)).json()["pending"] is True
    too_much = await one.post(f"{AT}/ledger/receipts", json=receipt | {"key": "b", "amount": 1001})
    assert too_much.json()["pending"] is True
    assert ("bank", "") not in await balances(api)
    booked = await one.post(f"{AT}/ledger/receipts", json=receipt | {"key": "c"})
    assert (booked.status_code, booked.json()["pending"]) == (201, False)
    assert (await balances(api))["bank", ""] == (1000, 0)


async def test_fifty_receipts_at_once_book_no_more_than_was_owed(api, poster, people):
    one, _ = people
    await poster(sale("1", 1000))
    receipt = {"source": "spotify", "currency": "EUR", "amount": 1000}
    answers = await asyncio.gather(
        *(one.post(f"{AT}/ledger/receipts", json=receipt | {"key": str(n)}) for n in range(50))
    )
    booked = [each for each in answers if each.status_code == 201 and not each.json()["pending"]]
    assert len(booked) == 1
    assert (await balances(api))["bank", ""] == (1000, 0)


async def test_a_payout_waits_for_the_money_that_it_comes_from(app, api, poster):
    made = await api.post(f"{AT}/payees", json={"name": "Nova", "provider": "test", "destination": "accept"})
    nova = made.json()["id"]
    await poster(sale("1", 1000, nova))
    wanted = {"payee": nova, "currency": "EUR"}
    for key, more in (("1", {}), ("2", {"amount": 1})):
        refused = await api.post(f"{AT}/payouts", json=wanted | {"key": key} | more)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:maxbooster:problem:not-settled")
    await poster(arrived("a", 400))
    refused = await api.post(f"{AT}/payouts", json=wanted | {"key": "3", "amount": 401})
    assert "Only 4.00 EUR has arrived" in refused.json()["detail"]
    begun = await pay(api, nova, "4")
    await drain(app)
    assert (await api.get(f"{AT}/payouts/{begun['id']}")).json()["amount"] == 400
    assert (await balances(api))["payable", nova] == (600, 0)
    assert (await balances(api))["bank", ""] == (0, 0)


async def test_fifty_payouts_at_once_take_no_more_than_has_arrived(app, api, poster):
    ids = [await payee(api, poster, "accept", 0, f"Payee {n}") for n in range(10)]
    for id in ids:
        await poster(sale(f"to {id}", 1000, id))
    await poster(arrived("a", 700))
    tries = [
        api.post(f"{AT}/payouts", json={"payee": ids[n % 10], "currency": "EUR", "key": str(n), "amount": 100})
        for n in range(50)
    ]
    answers = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert (answers.count(202), answers.count(409)) == (7, 43)
    await drain(app)
    assert (await balances(api))["bank", ""] == (0, 0)
    assert (await verdict(app)).ok


async def test_nothing_is_sent_to_another_account_that_has_not_arrived(app, account, poster):
    with pytest.raises(NotSettled):
        async with app.unit(account) as ctx:
            await send_transfer(ctx, Transfer(id=new_id(), receiver=new_id(), currency="EUR", amount=1))


async def test_what_somebody_is_owed_may_be_owed_by_another_account_before_it_arrives(app, account, poster):
    """No money leaves the bank."""
    await poster(sale("1", 1000))
    owed = ("payable", "nova")
    async with app.unit(account) as ctx:
        await send_transfer(ctx, Transfer(id=new_id(), receiver=new_id(), currency="EUR", amount=400, of=owed, to=owed))
    await drain(app)
    assert (await verdict(app)).ok


async def test_a_transfer_that_is_sent_again_is_sent_once_though_the_money_has_gone_since(app, api, account, poster):
    await poster(sale("1", 500))
    await poster(arrived("a", 500))
    transfer = Transfer(id=new_id(), receiver=new_id(), currency="EUR", amount=500)
    for repeated in (False, True):
        async with app.unit(account) as ctx:
            assert (await send_transfer(ctx, transfer)).repeated is repeated
    assert (await balances(api))["bank", ""] == (0, 0)


async def test_a_payout_over_the_limit_is_refused_in_words(api, poster):
    nova = await payee(api, poster, "accept", 30_000_000)
    wanted = {"payee": nova, "currency": "EUR"}
    refused = await api.post(f"{AT}/payouts", json=wanted | {"key": "1", "amount": 2_500_001})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:maxbooster:problem:over-limit")
    assert "at most 25000.00 EUR here, and this is 25000.01 EUR" in refused.json()["detail"]
    tries = [api.post(f"{AT}/payouts", json=wanted | {"key": f"d{n}", "amount": 2_500_000}) for n in range(6)]
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [202] * 4 + [409] * 2
    assert "in 24 hours" in next(each for each in answers if each.status_code == 409).json()["detail"]


@pytest.mark.parametrize("body", ["transactions", "receipts", "payouts", "payees"])
async def test_unknown_fields_are_refused(api, body):
    bodies = {
        "transactions": (f"{AT}/ledger/transactions", by_hand("k", ("fees", 1, ""), ("income", -1, ""))),
        "receipts": (f"{AT}/ledger/receipts", {"key": "a", "source": "x", "currency": "EUR", "amount": 1}),
        "payouts": (f"{AT}/payouts", {"payee": str(new_id()), "currency": "EUR", "key": "1"}),
        "payees": (f"{AT}/payees", {"name": "Nova"}),
    }
    path, wanted = bodies[body]
    refused = await api.post(path, json=wanted | {"ammount": 5})
    assert refused.status_code in (400, 422), refused.text
    assert "ammount" in refused.text


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"])
async def test_a_time_at_the_edge_spoils_no_book(api, at):
    wanted = by_hand("k", ("fees", 1, ""), ("income", -1, "")) | {"at": at}
    assert (await api.post(f"{AT}/ledger/transactions", json=wanted)).status_code == 422
    assert (await api.get(f"{AT}/ledger/entries")).status_code == 200


async def test_earnings_are_what_sources_came_to_owe_by_month(app, api, account, poster, clock):
    now = clock()
    last = now.replace(day=1) - timedelta(days=2)
    await poster(sale("a", 1000, at=last))
    await poster(sale("b", 500))
    await poster(sale("c", 70, currency="USD"))
    await poster(sale("too old", 9, at=now - timedelta(days=400)))
    await poster(arrived("paid", 300))
    mistake = await poster(sale("d", 40))
    await app.database.write(lambda connection: reverse(connection, account.account, mistake.id, now))
    found = (await api.get(f"{AT}/ledger/earnings")).json()
    assert [(each["month"], each["currency"], each["source_name"], each["amount"]) for each in found] == [
        (f"{last:%Y-%m}", "EUR", "Spotify", 1000),
        (f"{now:%Y-%m}", "EUR", "Spotify", 500),
        (f"{now:%Y-%m}", "USD", "Spotify", 70),
    ]
    assert len((await api.get(f"{AT}/ledger/earnings?months=1")).json()) == 2
