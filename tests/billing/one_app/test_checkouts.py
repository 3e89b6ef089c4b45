"""A cart is paid once, each seller gets exactly their part, and the books of all of them balance."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, select, text

from maxbooster.plugin import PLATFORM, Id, Identity, Invalid, UsageError, new_id
from maxbooster.testing import drain, make_person, open_api
from maxbooster_billing.checkouts.models import Checkout
from maxbooster_billing.currency import LARGEST
from maxbooster_billing.plugin import KeyReused, NewCheckout, NewLine, checkout, hear_of_checkout
from maxbooster_billing.test_provider.bank import of as bank_of

from ..conftest import AT, balances, verdict

pytestmark = pytest.mark.asyncio(loop_scope="module")


def line(seller: UUID, amount: int, reference: str = "beat", **more: Any) -> NewLine:
    return NewLine(seller=seller, reference=reference, description=f"License of {reference}", amount=amount, **more)


def cart(*lines: NewLine, key: str | None = None, **more: Any) -> NewCheckout:
    more = {"currency": "EUR", "return_url": "https://store.example/thanks", "provider": "test"} | more
    return NewCheckout(key=key or str(new_id()), lines=list(lines), **more)


async def opened(app: Any, who: Identity, new: NewCheckout) -> Any:
    async with app.unit(who) as ctx:
        found = await checkout(ctx, new)
    await drain(app)
    return found


async def decide(app: Any, id: UUID, state: str, fee: int | None = None) -> None:
    """What the buyer does at the provider, and its notice."""
    async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
        bank_of(ctx).decide(f"checkout.{id.hex}", state, fee)
        await hear_of_checkout(ctx, f"checkout.{id.hex}")
    await drain(app)


async def state_of(api: Any, found: Any) -> dict[str, Any]:
    answer = await api.get(f"{AT}/checkouts/{found.token}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.fixture
def heard(app: Any, account: Any) -> Any:
    """The facts of the events of a name in this account."""

    async def facts(name: str) -> list[dict[str, Any]]:
        query = text("SELECT facts FROM core_event WHERE name = :name AND account_id = :account ORDER BY seq")
        query = query.bindparams(bindparam("account", type_=Id), name=name, account=account.account)
        rows = await app.database.read(lambda connection: connection.execute(query).scalars().all())
        return [json.loads(row) if isinstance(row, str) else row for row in rows]

    return facts


async def test_a_buyer_pays_two_sellers_at_once(app, account, api):
    other = await make_person(app, f"seller-{new_id()}@example.org")
    found = await opened(app, account, cart(line(account.account, 1999), line(other.account, 2001, "kit")))
    waiting = await state_of(api, found)
    assert (waiting["state"], waiting["amount"], bool(waiting["url"])) == ("open", 4000, True)
    await decide(app, found.id, "paid", fee=135)
    assert ((await state_of(api, found))["state"], (await state_of(api, found))["url"]) == ("paid", "")
    [mine] = (await api.get(f"{AT}/sales")).json()["items"]
    assert (mine["amount"], mine["fee"], mine["reference"]) == (1999, 67, "beat")
    assert await balances(api) == {
        ("income", "sales"): (1999, 0), ("clearing", str(PLATFORM)): (1932, 0), ("fees", "test"): (67, 0),
    }  # fmt: skip
    async with open_api(app, other.account) as theirs:
        [sold] = (await theirs.get(f"{AT}/sales")).json()["items"]
        assert (sold["amount"], sold["fee"]) == (2001, 68)
        assert (await theirs.get(f"{AT}/sales/{mine['id']}")).status_code == 404
    assert (await verdict(app)).ok


async def test_each_seller_hears_of_their_own_line_once(app, account, api, heard):
    found = await opened(app, account, cart(line(account.account, 500, "one"), line(account.account, 700, "two")))
    for _ in range(3):
        await decide(app, found.id, "paid", fee=10)
    told = {(each["reference"], each["amount"]) for each in await heard("payment.settled")}
    assert told == {("one", 500), ("two", 700)}
    assert len(await heard("payment.settled")) == 2
    assert (await verdict(app)).ok


async def test_a_fee_that_is_known_later_is_posted_later(app, account, api):
    found = await opened(app, account, cart(line(account.account, 1000)))
    await decide(app, found.id, "paid")
    [sale] = (await api.get(f"{AT}/sales")).json()["items"]
    assert sale["fee"] is None
    await decide(app, found.id, "paid", fee=40)
    [sale] = (await api.get(f"{AT}/sales")).json()["items"]
    assert sale["fee"] == 40
    assert (await balances(api))["clearing", str(PLATFORM)] == (960, 0)


async def test_a_payment_after_the_end_is_not_lost(app, account, api):
    found = await opened(app, account, cart(line(account.account, 1000)))
    await decide(app, found.id, "expired")
    assert (await state_of(api, found))["state"] == "expired"
    async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
        bank_of(ctx).decide(f"checkout.{found.id.hex}", "paid", 5)
    await decide(app, found.id, "paid", 5)
    assert (await state_of(api, found))["state"] == "paid"


async def test_the_same_key_opens_one_checkout(app, account, api):
    new = cart(line(account.account, 1000), key="order-1")
    first, again = await opened(app, account, new), await opened(app, account, new)
    assert first == again
    with pytest.raises(KeyReused):
        await opened(app, account, cart(line(account.account, 999), key="order-1"))
    stranger = await make_person(app, f"opener-{new_id()}@example.org")
    theirs = await opened(app, Identity(stranger.account, None, frozenset()), new)
    assert theirs.id != first.id


@pytest.mark.parametrize(
    ("amounts", "currency", "field"),
    [
        ([100], "eur", "currency"),
        ([], "EUR", "lines"),
        ([0], "EUR", "amount"),
        ([-5], "EUR", "amount"),
        ([LARGEST, 1], "EUR", "lines"),
        ([2**63], "EUR", "lines"),
    ],
)
async def test_what_cannot_be_paid_is_refused_before_anything_is_stored(app, account, amounts, currency, field):
    new = cart(*(line(account.account, amount) for amount in amounts), key="wrong", currency=currency)
    with pytest.raises(Invalid) as refused:
        await opened(app, account, new)
    assert refused.value.field == field
    async with app.unit(account, writable=False) as ctx:
        assert await ctx.platform.first(select(Checkout).where(Checkout.opened_by == account.account)) is None


async def test_what_the_platform_sells_stays_in_its_own_book(app, account, api):
    found = await opened(app, account, cart(line(PLATFORM, 900, "plan")))
    await decide(app, found.id, "paid", fee=30)
    assert await balances(api) == {}
    assert (await verdict(app)).ok


async def refunded(app: Any, api: Any, sale: str, **more: Any) -> Any:
    answer = await api.post(f"{AT}/sales/{sale}/refunds", json={"key": str(new_id())} | more)
    await drain(app)
    return answer


async def sold(app: Any, account: Any, api: Any, amount: int) -> str:
    found = await opened(app, account, cart(line(account.account, amount)))
    await decide(app, found.id, "paid", fee=0)
    id: str = (await api.get(f"{AT}/sales")).json()["items"][0]["id"]
    return id


async def test_parts_of_a_sale_are_refunded_until_nothing_is_left(app, account, api, heard):
    sale = await sold(app, account, api, 1000)
    assert (await refunded(app, api, sale, amount=400)).status_code == 202
    refused = await refunded(app, api, sale, amount=601)
    assert (refused.status_code, refused.json()["field"]) == (409, "amount")
    assert "6.00 EUR of 'License of beat' can be refunded, not 6.01 EUR." in refused.text
    assert (await refunded(app, api, sale)).status_code == 202
    assert (await refunded(app, api, sale)).status_code == 409
    assert [each["amount"] for each in (await api.get(f"{AT}/sales/{sale}/refunds")).json()] == [400, 600]
    assert (await api.get(f"{AT}/sales/{sale}")).json()["refunded"] == 1000
    assert [(each["amount"], each["whole"]) for each in await heard("payment.refunded")] == [(400, False), (600, True)]
    assert {amount for amount, _ in (await balances(api)).values()} == {0}
    assert (await verdict(app)).ok


async def test_the_same_key_refunds_once(app, account, api):
    sale = await sold(app, account, api, 1000)
    answers = [await refunded(app, api, sale, key="sorry", amount=300) for _ in range(3)]
    assert len({each.json()["id"] for each in answers}) == 1
    assert (await refunded(app, api, sale, key="sorry", amount=301)).status_code == 409
    assert (await api.get(f"{AT}/sales/{sale}")).json()["refunded"] == 300


async def test_a_refund_that_the_provider_declines_changes_nothing(app, account, api):
    sale = await sold(app, account, api, 1000)
    before = await balances(api)
    async with app.unit(account) as ctx:
        [row] = [each for each in (await api.get(f"{AT}/sales")).json()["items"] if each["id"] == sale]
        bank = bank_of(ctx)
    assert row["refunded"] == 0
    with bank._opened() as connection:  # the money went back by another way
        connection.execute("UPDATE checkout SET amount = 0")
    assert (await refunded(app, api, sale)).status_code == 202
    [refund] = (await api.get(f"{AT}/sales/{sale}/refunds")).json()
    assert (refund["state"], bool(refund["failure"])) == ("failed", True)
    assert await balances(api) == before


async def test_a_stranger_neither_sees_nor_refunds(app, account, api):
    sale = await sold(app, account, api, 1000)
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get(f"{AT}/sales/{sale}")).status_code == 404
        assert (await stranger.get(f"{AT}/sales/{sale}/refunds")).status_code == 404
        assert (await refunded(app, stranger, sale)).status_code == 404
    assert (await api.get(f"{AT}/checkouts/{'x' * 43}")).status_code == 404


async def test_an_account_queues_no_jobs_of_another(app, account):
    from maxbooster_billing.checkouts.sales import record_sale

    async with app.unit(account) as ctx:
        with pytest.raises(UsageError):
            ctx.enqueue(record_sale, new_id(), account=new_id())


async def test_the_buyers_page_says_what_is_paid_where_and_what_became_of_it(app, account, api):
    found = await opened(
        app, account, cart(line(account.account, 1234), line(account.account, 66, "<kit>", quantity=2))
    )
    page = await api.get(found.path)
    assert (page.status_code, page.headers["cache-control"]) == (200, "private, no-store")
    assert "noindex" in page.headers["x-robots-tag"]
    assert "Pay 13.00 EUR" in page.text
    assert "https://store.example/thanks#checkout." in page.text
    assert "License of &lt;kit&gt;" in page.text
    await decide(app, found.id, "processing")
    assert 'http-equiv="refresh"' in (await api.get(found.path)).text
    await decide(app, found.id, "paid", fee=0)
    paid = (await api.get(found.path)).text
    assert "<h1>Paid</h1>" in paid
    assert "refresh" not in paid
    assert (await api.get(found.path + "x")).status_code == 404


async def test_the_buyer_reads_their_own_language(app, account, api):
    found = await opened(app, account, cart(line(account.account, 1234), language="de"))
    assert "12.34 EUR bezahlen" in (await api.get(found.path)).text


async def test_an_account_sells_by_its_own_key(app, account, api):
    wanted = {
        "key": "o-1", "currency": "EUR", "return_url": "https://me.example/thanks",
        "lines": [{"reference": "lp", "description": "LP “Nightfall”", "amount": 2500}],
    }  # fmt: skip
    answer = await api.post(f"{AT}/checkouts", json=wanted)
    assert answer.status_code == 201, answer.text
    assert answer.json()["url"].partition("/p/checkout/")[2]
    assert (await api.post(f"{AT}/checkouts", json=wanted)).json() == answer.json()
    wrong = await api.post(f"{AT}/checkouts", json=wanted | {"key": "o-2", "return_url": "javascript:alert(1)"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "return_url")


@pytest.mark.parametrize("email", ["not an email", "fan@", "@x.example", "fan@gm ail.example"])
async def test_a_buyers_address_is_one(app, account, email):
    with pytest.raises(Invalid) as refused:
        await opened(app, account, cart(line(account.account, 100), buyer_email=email))
    assert refused.value.field == "buyer_email"
