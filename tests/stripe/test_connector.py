"""The connector against a simulated Stripe in a process of its own, by the contract that every provider keeps."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Connection, select

from maxbooster.jobs.models import JobRow
from maxbooster.plugin import PLATFORM, Identity, Invalid
from maxbooster.testing import drain
from maxbooster_billing.ledger.verify import verify
from maxbooster_billing.plugin import NewCheckout, NewLine, checkout, hear_of_refund
from maxbooster_billing.testing import AT, PaymentTakerContract
from maxbooster_stripe.amounts import amount_fault, from_stripe, to_stripe

from .conftest import OWN_CLOCK, Platform

CARD = {
    "email": "fan@example.com", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "A Fan",
}  # fmt: skip


async def pay_at(url: str) -> None:
    async with httpx.AsyncClient() as browser:
        paid = await browser.post(url, data=CARD)
    assert paid.status_code == 303, paid.text


async def hear_of(app: Any, hear: Callable[..., Awaitable[None]], key: str) -> None:
    async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
        await hear(ctx, key)
    await drain(app)


def dead_jobs(connection: Connection) -> list[Any]:
    return list(connection.execute(select(JobRow.name).where(JobRow.state == "dead")).scalars())


class TestStripe(PaymentTakerContract):
    provider = "stripe"
    currency = "USD"

    async def pay(self, app: Any, url: str) -> None:
        await pay_at(url)

    async def test_a_declined_card_can_be_replaced_by_another(
        self, app: Any, account: Any, api: Any, cart: Any
    ) -> None:
        one = await self.opened(app, account, cart)
        at = f"{AT}/checkouts/{one.token}"
        url = (await api.get(at)).json()["url"]
        async with httpx.AsyncClient() as browser:
            declined = await browser.post(url, data=CARD | {"number": "4000000000000002"})
        assert declined.status_code == 402
        await self.told(app, one)
        assert (await api.get(at)).json()["state"] == "open"
        await self.pay(app, url)
        await self.told(app, one)
        assert (await api.get(at)).json()["state"] == "paid"

    @pytest.mark.parametrize("kind", ["error_before", "error_after", "drop_before", "drop_after", "rate_limit"])
    async def test_a_cut_off_call_is_made_again_and_does_its_work_once(
        self, app: Any, account: Any, api: Any, request: Any, kind: str
    ) -> None:
        cart, shop = request.getfixturevalue("cart"), request.getfixturevalue("shop")
        for operation in ("checkout.sessions.create", "refunds.create"):
            shop.process.steer("faults", kind=kind, operation=operation)
        one = await self.opened(app, account, cart)
        await self.told(app, one)
        await self.pay(app, (await api.get(f"{AT}/checkouts/{one.token}")).json()["url"])
        await self.told(app, one)
        [sale] = [each for each in (await api.get(f"{AT}/sales")).json()["items"] if each["reference"] == "beat"]
        begun = await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": "sorry"})
        await drain(app)
        await hear_of(app, hear_of_refund, f"refund.{account.account.hex}.{UUID(begun.json()['id']).hex}")
        assert (await api.get(f"{AT}/sales/{sale['id']}")).json()["refunded"] == 1999
        assert len(shop.v1.checkout.sessions.list().data) == 1
        assert [refund.amount for refund in shop.v1.refunds.list().data] == [1999]
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok

    @OWN_CLOCK
    async def test_what_nobody_pays_expires(self, app: Any, account: Any, api: Any, cart: Any, shop: Platform) -> None:
        one = await self.opened(app, account, cart)
        shop.advance(hours=25)
        await self.told(app, one)
        shown = (await api.get(f"{AT}/checkouts/{one.token}")).json()
        assert (shown["state"], shown["url"]) == ("expired", "")

    async def test_a_refund_that_the_balance_does_not_cover_waits(
        self, app: Any, account: Any, api: Any, cart: Any
    ) -> None:
        """Stripe keeps its fee, so all of a payment can't be refunded from what is left of it: the refund is pending
        until the balance covers it (https://docs.stripe.com/refunds#insufficient-balance)."""
        one = await self.opened(app, account, cart)
        await self.pay(app, (await api.get(f"{AT}/checkouts/{one.token}")).json()["url"])
        await self.told(app, one)
        for sale in (await api.get(f"{AT}/sales")).json()["items"]:
            await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": sale["id"]})
            await drain(app)
        states = [
            each["state"]
            for sale in (await api.get(f"{AT}/sales")).json()["items"]
            for each in (await api.get(f"{AT}/sales/{sale['id']}/refunds")).json()
        ]
        assert sorted(states) == ["done", "sent"]
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok

    async def test_its_webhook_leads_to_asking(self, app: Any, account: Any, api: Any, cart: Any) -> None:
        one = await self.opened(app, account, cart)
        at = f"{AT}/checkouts/{one.token}"
        await self.pay(app, (await api.get(at)).json()["url"])
        about = {"object": {"metadata": {"key": f"checkout.{one.id.hex}"}}}
        said = json.dumps({"id": "evt_1", "type": "checkout.session.completed", "data": about}).encode()
        for _ in range(3):
            assert (await send(api, said, signed(said, app.clock().timestamp(), "whsec_new"))).status_code == 200
        await drain(app)
        assert (await api.get(at)).json()["state"] == "paid"


SAID = b'{"id": "evt_1", "type": "charge.updated", "data": {"object": {}}}'


def signed(body: bytes, at: float, *secrets: str, scheme: str = "v1") -> str:
    parts = [f"t={int(at)}"]
    for secret in secrets:
        digest = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, "sha256").hexdigest()
        parts.append(f"{scheme}={digest}")
    return ",".join(parts)


async def send(api: Any, body: bytes, signature: str | None) -> Any:
    headers = {} if signature is None else {"Stripe-Signature": signature}
    return await api.post("/api/core/webhooks/billing.stripe", content=body, headers=headers)


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda now: signed(SAID, now, "whsec_old"), 200),
        (lambda now: signed(SAID, now, "whsec_new"), 200),
        (lambda now: signed(SAID, now, "whsec_gone", "whsec_new"), 200),
        (lambda now: None, 401),
        (lambda now: "nonsense", 401),
        (lambda now: signed(SAID, now, "whsec_gone"), 401),
        (lambda now: signed(SAID, now, "whsec_new", scheme="v0"), 401),
        (lambda now: signed(SAID + b" ", now, "whsec_new"), 401),
        (lambda now: signed(SAID, now - 301, "whsec_new"), 401),
        (lambda now: signed(SAID, now + 301, "whsec_new"), 401),
    ],
)  # fmt: skip
async def test_only_what_stripe_signed_lately_is_let_in(app, api, make, status):
    answer = await send(api, SAID, make(app.clock().timestamp()))
    assert answer.status_code == status, answer.text


async def test_what_is_not_ours_becomes_nothing(app, api):
    for number, about in enumerate([{}, {"object": {"metadata": {"key": "checkout.nobody"}}}, {"object": None}]):
        body = json.dumps({"id": f"evt_{number}", "type": "charge.updated", "data": about}).encode()
        assert (await send(api, body, signed(body, app.clock().timestamp(), "whsec_new"))).status_code == 200
    await drain(app)
    assert not await app.database.read(dead_jobs)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"id": 1}'])
async def test_a_body_that_is_no_event_is_told(app, api, body):
    answer = await send(api, body, signed(body, app.clock().timestamp(), "whsec_new"))
    assert answer.status_code in (400, 401, 422), answer.text


@pytest.mark.parametrize(
    ("currency", "amount", "stripes"),
    [("EUR", 1999, 1999), ("JPY", 500, 500), ("ISK", 5, 500), ("UGX", 7, 700), ("KWD", 5120, 5120), ("MGA", 300, 3)],
)  # fmt: skip
def test_amounts_are_counted_as_stripe_does(currency, amount, stripes):
    assert to_stripe(currency, amount) == stripes
    assert from_stripe(currency, stripes) == amount


@pytest.mark.parametrize(
    ("currency", "amount", "said"),
    [
        ("EUR", 49, "50 minor units"), ("KWD", 5123, "end in 0"), ("MGA", 350, "whole amounts"),
        ("USD", 10**8, "8 digits at most"), ("ISK", 10**6, "8 digits at most"),
    ],
)  # fmt: skip
def test_amounts_that_stripe_does_not_charge_are_refused_before(currency, amount, said):
    assert said in (amount_fault(currency, amount) or "")


async def test_currencies_that_would_be_converted_are_refused(app, account):
    line = NewLine(seller=account.account, reference="beat", description="Beat", amount=1000)
    async with app.unit(account) as ctx:
        with pytest.raises(Invalid, match="Payments in SEK aren't taken here: choose USD"):
            await checkout(ctx, NewCheckout(key="sek", currency="SEK", lines=[line], return_url="https://s.example/"))
