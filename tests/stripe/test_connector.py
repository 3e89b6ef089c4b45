"""The connector against a simulated Stripe in a process of its own, by the contract that every provider keeps."""

from __future__ import annotations

import hmac
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import stripe
from sqlalchemy import Connection, select, update

from maxbooster.jobs.models import JobRow
from maxbooster.plugin import PLATFORM, AuthFailed, Identity, Invalid
from maxbooster.testing import drain
from maxbooster_billing.checkouts import queries as checkouts
from maxbooster_billing.checkouts.jobs import update_checkouts
from maxbooster_billing.checkouts.refunds import update_refunds
from maxbooster_billing.ledger.verify import verify
from maxbooster_billing.plugin import (
    CheckoutLineOrder,
    CheckoutOrder,
    NewCheckout,
    NewLine,
    RefundOrder,
    checkout,
    hear_of_refund,
)
from maxbooster_billing.providers.registry import payment_taker
from maxbooster_billing.testing import AT, PaymentTakerContract
from maxbooster_stripe.amounts import from_stripe, to_stripe, total_fault
from maxbooster_stripe.client import client_at
from maxbooster_stripe.provider import _line_item

CARD = {
    "email": "fan@example.com", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "A Fan",
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "maxbooster_stripe.simulator", "--folder", str(tmp_path / "stripe")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


@pytest.fixture
def app_settings(simulator: str) -> dict[str, Any]:
    return {
        "billing_stripe__url": simulator, "billing_stripe__key": "sk_test_nova", "billing_stripe__currencies": "USD",
        "billing__checkout_provider": "stripe", "billing_stripe__webhook_secrets": "whsec_old, whsec_new",
    }  # fmt: skip


async def pay_at(url: str) -> None:
    async with httpx.AsyncClient() as browser:
        paid = await browser.post(url, data=CARD)
    assert paid.status_code == 303, paid.text


def client(simulator: str) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_nova", base_addresses={"api": simulator})


def fault(simulator: str, kind: str, operation: str) -> None:
    steer(simulator, "faults", kind=kind, operation=operation)


def steer(simulator: str, what: str, **how: Any) -> None:
    httpx.post(f"{simulator}/_simulator/{what}", json=how).raise_for_status()


async def hear_of(app: Any, hear: Callable[..., Awaitable[None]], key: str) -> None:
    async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
        await hear(ctx, key)
    await drain(app)


async def other_client(ctx: Any, settings: Any) -> stripe.StripeClient:
    return client_at(ctx, "sk_test_other", settings.url)


def unfinished_jobs(connection: Connection) -> list[Any]:
    return list(connection.execute(select(JobRow.name).where(JobRow.state != "done")).scalars())


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
        cart, simulator = request.getfixturevalue("cart"), request.getfixturevalue("simulator")
        fault(simulator, kind, "checkout.sessions.create")
        fault(simulator, kind, "refunds.create")
        one = await self.opened(app, account, cart)
        await self.told(app, one)
        await self.pay(app, (await api.get(f"{AT}/checkouts/{one.token}")).json()["url"])
        await self.told(app, one)
        [sale] = [each for each in (await api.get(f"{AT}/sales")).json()["items"] if each["reference"] == "beat"]
        begun = await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": "sorry"})
        await drain(app)
        await hear_of(app, hear_of_refund, f"refund.{account.account.hex}.{UUID(begun.json()['id']).hex}")
        assert (await api.get(f"{AT}/sales/{sale['id']}")).json()["refunded"] == 1999
        stripe = client(simulator)
        assert len(stripe.v1.checkout.sessions.list().data) == 1
        assert [refund.amount for refund in stripe.v1.refunds.list().data] == [1999]
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok

    async def test_what_nobody_pays_expires(self, app: Any, account: Any, api: Any, cart: Any, simulator: str) -> None:
        one = await self.opened(app, account, cart)
        steer(simulator, "clock", advance_s=25 * 3600)
        await self.told(app, one)
        shown = (await api.get(f"{AT}/checkouts/{one.token}")).json()
        assert (shown["state"], shown["url"]) == ("expired", "")

    async def test_a_refund_that_the_balance_does_not_cover_waits(
        self, app: Any, account: Any, api: Any, cart: Any, simulator: str
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

    async def test_a_refund_that_fails_after_it_was_made_is_taken_back(
        self, app: Any, account: Any, api: Any, cart: Any, simulator: str
    ) -> None:
        one = await self.opened(app, account, cart)
        await self.pay(app, (await api.get(f"{AT}/checkouts/{one.token}")).json()["url"])
        await self.told(app, one)
        [sale] = [each for each in (await api.get(f"{AT}/sales")).json()["items"] if each["reference"] == "beat"]
        at = f"{AT}/sales/{sale['id']}"
        begun = (await api.post(f"{at}/refunds", json={"key": "sorry"})).json()
        await drain(app)
        assert (await api.get(at)).json()["refunded"] == 1999
        [refund] = client(simulator).v1.refunds.list().data
        steer(simulator, f"refunds/{refund.id}/fail")
        for _ in range(2):
            await hear_of(app, hear_of_refund, f"refund.{account.account.hex}.{UUID(begun['id']).hex}")
        assert (await api.get(at)).json()["refunded"] == 0
        [failed] = (await api.get(f"{at}/refunds")).json()
        assert (failed["state"], bool(failed["failure"])) == ("failed", True)
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok
        assert (await api.post(f"{at}/refunds", json={"key": "again"})).status_code == 202

    async def test_what_no_job_asks_for_any_more_is_asked_for_all_the_same(
        self, app: Any, account: Any, api: Any, cart: Any, clock: Any
    ) -> None:
        one = await self.opened(app, account, cart)
        await self.pay(app, (await api.get(f"{AT}/checkouts/{one.token}")).json()["url"])
        clock.advance(minutes=11)
        await self.swept(app)
        [sale] = [each for each in (await api.get(f"{AT}/sales")).json()["items"] if each["reference"] == "beat"]
        await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": "sorry"})
        dead = update(JobRow).where(JobRow.name == "billing.send_refund").values(state="dead")
        await app.database.write(lambda connection: connection.execute(dead) and None)
        assert (await api.get(f"{AT}/sales/{sale['id']}")).json()["refunding"] == 1999
        over = await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": "more", "amount": 1})
        assert over.status_code == 409
        clock.advance(minutes=11)
        await self.swept(app)
        found = (await api.get(f"{AT}/sales/{sale['id']}")).json()
        assert (found["refunded"], found["refunding"]) == (1999, 0)

    async def swept(self, app: Any) -> None:
        """What runs every ten minutes."""
        async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
            await update_checkouts.handler(ctx)
            await update_refunds.handler(ctx)
        await drain(app)

    async def test_another_accounts_key_ends_nothing(
        self, app: Any, account: Any, api: Any, cart: Any, monkeypatch: Any
    ) -> None:
        one = await self.opened(app, account, cart)
        monkeypatch.setattr("maxbooster_stripe.provider.client", other_client)
        async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
            taker = await payment_taker(ctx, "stripe")
            row = await checkouts.checkout(ctx, one.id)
            order = CheckoutOrder(
                key=f"checkout.{one.id.hex}", currency="USD", amount=2999, lines=(), return_url="", opened_at=ctx.now,
                reference=row.reference,
            )  # fmt: skip
            with pytest.raises(AuthFailed, match="Is the key in .billing.stripe. of the account that took the payment"):
                await taker.it.check_out(ctx, order)
            refund = RefundOrder(
                key="refund.x", reference=row.reference, currency="USD", amount=5, refund="re_of_another"
            )
            with pytest.raises(AuthFailed, match="Stripe doesn't know the refund re_of_another"):
                await taker.it.refund(ctx, refund)

    @pytest.mark.parametrize(
        ("currency", "amount", "quantity", "priced"),
        [("USD", 1000, 3, (1, 1000)), ("USD", 1000, 4, (4, 250)), ("KWD", 1000, 8, (1, 1000))],
    )  # fmt: skip
    def test_a_line_is_priced_by_the_unit_where_stripe_can_count_it(
        self, currency: str, amount: int, quantity: int, priced: tuple[int, int]
    ) -> None:
        item = _line_item(currency, CheckoutLineOrder("Kit", quantity, amount))
        assert (item["quantity"], item["price_data"]["unit_amount"]) == priced

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


OTHERS = {"object": {"metadata": {"key": f"refund.{UUID(int=5).hex}.{UUID(int=6).hex}"}}}
"""Of another server with the same Stripe account."""
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
    unknown = {"object": {"metadata": {"key": "checkout.nobody"}}}
    for number, about in enumerate([{}, unknown, {"object": None}, OTHERS]):
        kind = "refund.updated" if about is OTHERS else "charge.updated"
        body = json.dumps({"id": f"evt_{number}", "type": kind, "data": about}).encode()
        assert (await send(api, body, signed(body, app.clock().timestamp(), "whsec_new"))).status_code == 200
    await drain(app)
    assert await app.database.read(unfinished_jobs) == []


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
        ("EUR", 49, "smallest payment that Stripe takes is 0.50 EUR"),
        ("KWD", 5123, "end in 0"), ("MGA", 350, "whole amounts"),
        ("USD", 10**8, "more than Stripe takes at once"), ("ISK", 10**6, "more than Stripe takes at once"),
    ],
)  # fmt: skip
def test_amounts_that_stripe_does_not_charge_are_refused_before(currency, amount, said):
    assert said in (total_fault(currency, amount) or "")


async def test_currencies_that_would_be_converted_are_refused(app, account):
    line = NewLine(seller=account.account, reference="beat", description="Beat", amount=1000)
    async with app.unit(account) as ctx:
        with pytest.raises(Invalid, match="Payments in SEK aren't taken here: choose USD"):
            await checkout(ctx, NewCheckout(key="sek", currency="SEK", lines=[line], return_url="https://s.example/"))
