"""What every payment provider must do that pays out, or takes payments, for third parties' tests too.

    class TestMine(PayoutProviderContract):
        provider = "mine"
        destination = "DE02120300000000202051"

Run with the fixtures of `maxbooster[testing]`, on both databases.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import httpx
import pytest

from maxbooster.plugin import PLATFORM, Identity, UsageError, new_id
from maxbooster.testing import ConnectorContract, drain, open_api

from .checkouts.jobs import hear_of_checkout
from .checkouts.schemas import CheckoutOpened, NewCheckout, NewLine
from .checkouts.service import checkout
from .ledger.posting import Leg, Transaction, post
from .ledger.verify import verify
from .payouts.settling import order
from .providers.interface import CheckoutLineOrder, CheckoutOrder, offers
from .providers.registry import payer, payment_taker

AT = "/api/billing"


class PayoutProviderContract(ConnectorContract):
    """Subclass it, and say which provider and where it can pay to, so that it is paid in the end."""

    provider: ClassVar[str]
    destination: ClassVar[str]
    wrong_destination: ClassVar[str] = "\x00nowhere"

    def __init_subclass__(cls) -> None:
        cls.plugin = f"billing.{cls.provider}"

    @pytest.fixture
    async def payee(self, app: Any, account: Any, api: httpx.AsyncClient) -> str:
        """Somebody who is owed 12.50 EUR, which have arrived."""
        new = {"name": "Nova", "provider": self.provider, "destination": self.destination}
        made = await api.post(f"{AT}/payees", json=new)
        assert made.status_code == 201, made.text
        id: str = made.json()["id"]
        async with app.unit(account) as ctx:
            legs = (Leg("receivable", 1250, "outlet"), Leg("payable", -1250, id))
            await ctx.write(post, ctx.account, Transaction(key="owed", currency="EUR", legs=legs), ctx.now)
        async with app.unit(account) as ctx:
            legs = (Leg("bank", 1250), Leg("receivable", -1250, "outlet"))
            await ctx.write(post, ctx.account, Transaction(key="arrived", currency="EUR", legs=legs), ctx.now)
        return id

    async def complete(self, app: Any, api: httpx.AsyncClient) -> None:
        """What has to happen outside until a payout is paid; nothing, unless a person or another service does it."""

    async def test_it_answers_under_its_name(self, app: Any, account: Any) -> None:
        async with app.unit(account, writable=False) as ctx:
            provider = payer(ctx, self.provider)
        assert "payout" in offers(provider.it)
        assert provider.it.destination_hint
        assert provider.it.destination_fields or provider.it.for_testing
        assert provider.it.currency_fault("EUR") is None
        assert provider.it.amount_fault("EUR", 1250) is None

    async def test_a_destination_is_shown_without_an_account_number(self, app: Any, account: Any) -> None:
        async with app.unit(account, writable=False) as ctx:
            provider = payer(ctx, self.provider)
        shown = provider.it.destination_shown(self.destination)
        assert provider.it.fee("EUR", 1250, self.destination) >= 0
        assert shown
        assert not re.search(r"\d{6}", shown)

    async def test_a_wrong_destination_is_refused_in_words(self, api: httpx.AsyncClient) -> None:
        new = {"name": "Lux", "provider": self.provider, "destination": self.wrong_destination}
        refused = await api.post(f"{AT}/payees", json=new)
        assert (refused.status_code, refused.json()["field"]) == (422, "destination")

    async def test_a_payout_is_paid_and_posted_once(self, app: Any, api: httpx.AsyncClient, payee: str) -> None:
        wanted = {"payee": payee, "currency": "EUR", "key": "november"}
        begun = [await api.post(f"{AT}/payouts", json=wanted) for _ in range(3)]
        assert {each.status_code for each in begun} == {202}, begun[0].text
        await drain(app)
        await self.complete(app, api)
        await drain(app)
        [paid] = (await api.get(f"{AT}/payouts")).json()["items"]
        assert (paid["state"], paid["amount"]) == ("paid", 1250), paid["reason"]
        assert (await api.get(f"{AT}/payees/{payee}")).json()["owed"] == [
            {"currency": "EUR", "amount": 0, "held": 0, "available": 0, "settled": 0, "not_payable": ""}
        ]
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok

    async def test_the_same_order_is_one_payout(self, app: Any, account: Any, payee: str) -> None:
        """What a crash between the order and the commit leads to."""
        from .payouts.models import HELD, Payout

        row = Payout(
            id=new_id(), account_id=account.account, payee_id=new_id(), key="k", currency="EUR", amount=5, state=HELD,
            provider=self.provider, destination=self.destination, requested_at=app.clock(),
        )  # fmt: skip
        states = []
        for _ in range(2):
            async with app.unit(account) as ctx:
                provider = payer(ctx, self.provider)
                states.append(await provider.it.pay_out(ctx, order(ctx, row)))
        first, again = states
        assert first.reference == again.reference
        assert first.state in ("sent", again.state)

    async def test_another_account_sees_nothing_of_it(self, app: Any, api: httpx.AsyncClient, payee: str) -> None:
        async with open_api(app, new_id()) as stranger:
            assert (await stranger.get(f"{AT}/payees/{payee}")).status_code == 404
            wanted = {"payee": payee, "currency": "EUR", "key": "theirs"}
            assert (await stranger.post(f"{AT}/payouts", json=wanted)).status_code == 404


class PaymentTakerContract(ConnectorContract):
    """What every payment provider that takes payments must do. Subclass it, say which provider, and how its buyers pay
    in the tests."""

    provider: ClassVar[str]
    currency: ClassVar[str] = "EUR"

    def __init_subclass__(cls) -> None:
        cls.plugin = f"billing.{cls.provider}"

    async def pay(self, app: Any, url: str) -> None:
        """What a buyer does at the address where they pay, until the provider has the money."""
        raise UsageError(f"{type(self).__name__} has to say how its buyers pay: define pay(app, url)")

    @pytest.fixture
    def cart(self, account: Any) -> NewCheckout:
        """Two lines, of which one doesn't divide evenly."""
        lines = [
            NewLine(seller=account.account, reference="beat", description="License of “Nightfall”", amount=1999),
            NewLine(seller=account.account, reference="kit", description="Sound kit", amount=1000, quantity=3),
        ]
        return NewCheckout(
            key="order", currency=self.currency, lines=lines, return_url="https://store.example/thanks",
            provider=self.provider,
        )  # fmt: skip

    async def opened(self, app: Any, account: Any, new: NewCheckout) -> CheckoutOpened:
        async with app.unit(account) as ctx:
            found = await checkout(ctx, new)
        await drain(app)
        return found

    async def told(self, app: Any, opened: CheckoutOpened) -> None:
        """As by its webhook."""
        async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
            await hear_of_checkout(ctx, f"checkout.{opened.id.hex}")
        await drain(app)

    async def test_it_answers_under_its_name(self, app: Any, account: Any) -> None:
        async with app.unit(account, writable=False) as ctx:
            taker = await payment_taker(ctx, self.provider)
            assert "checkout" in offers(taker.it)
            assert await taker.it.checkout_fault(ctx, self.currency, [1999, 1000]) is None

    async def test_a_payment_is_posted_once(self, app: Any, account: Any, api: httpx.AsyncClient, cart: Any) -> None:
        opened = [await self.opened(app, account, cart) for _ in range(3)]
        [one] = set(opened)
        shown = (await api.get(f"{AT}/checkouts/{one.token}")).json()
        assert (shown["state"], shown["amount"]) == ("open", 2999), shown
        await self.pay(app, shown["url"])
        for _ in range(3):
            await self.told(app, one)
        assert (await api.get(f"{AT}/checkouts/{one.token}")).json()["state"] == "paid"
        sales = (await api.get(f"{AT}/sales")).json()["items"]
        assert sorted(sale["amount"] for sale in sales) == [1000, 1999]
        assert all(sale["fee"] is not None for sale in sales)
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok

    async def test_a_payment_is_refunded_in_parts(
        self, app: Any, account: Any, api: httpx.AsyncClient, cart: Any
    ) -> None:
        one = await self.opened(app, account, cart)
        await self.pay(app, (await api.get(f"{AT}/checkouts/{one.token}")).json()["url"])
        await self.told(app, one)
        [sale] = [each for each in (await api.get(f"{AT}/sales")).json()["items"] if each["reference"] == "beat"]
        at = f"{AT}/sales/{sale['id']}/refunds"
        for _ in range(2):
            assert (await api.post(at, json={"key": "half", "amount": 999})).status_code == 202
            await drain(app)
        assert (await api.post(at, json={"key": "rest"})).status_code == 202
        await drain(app)
        refunds = (await api.get(at)).json()
        assert [(each["amount"], each["state"]) for each in refunds] == [(999, "done"), (1000, "done")], refunds
        assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok

    async def test_the_same_order_is_one_checkout(self, app: Any, account: Any, cart: Any) -> None:
        """What a crash between the order and the commit leads to."""
        order = CheckoutOrder(
            key=f"checkout.{new_id().hex}", currency=self.currency, amount=1000,
            lines=(CheckoutLineOrder("Beat", 1, 1000),), return_url="https://store.example/", opened_at=app.clock(),
        )  # fmt: skip
        states = []
        for _ in range(2):
            async with app.unit(account) as ctx:
                states.append(await (await payment_taker(ctx, self.provider)).it.check_out(ctx, order))
        first, again = states
        assert (first.state, first.reference, first.url) == (again.state, again.reference, again.url)
