"""What every payment provider that pays out must do, for third parties' tests too.

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

from maxbooster.plugin import new_id
from maxbooster.testing import ConnectorContract, drain, open_api

from .ledger.posting import Leg, Transaction, post
from .ledger.verify import verify
from .payouts.settling import order
from .providers.interface import offers
from .providers.registry import payer

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
