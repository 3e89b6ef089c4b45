"""Payment providers: the contract, and the hook."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from maxbooster.plugin import PLATFORM, Identity, new_id
from maxbooster.testing import drain, open_api
from maxbooster_billing.plugin import PAYMENT_PROVIDER, PaysOut, post
from maxbooster_billing.test_provider.bank import of as bank_of
from maxbooster_billing.testing import PaymentTakerContract, PayoutProviderContract

from .conftest import AT, IN_THE_SANDBOX, arrived, sale
from .one_app.test_payouts import pay, payee, state


class TestTheTestProvider(PayoutProviderContract):
    provider = "test"
    destination = "accept"


class TestTheTestProviderTakesPayments(PaymentTakerContract):
    provider = "test"

    async def pay(self, app: Any, url: str) -> None:
        async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
            bank_of(ctx).decide(url.rpartition("#")[2], "paid", 135)


@pytest.mark.slow
class TestAProviderThatTakesAFee(PayoutProviderContract):
    provider = "test"
    destination = "fee:nova"


async def test_hook_payment_provider(app, account):
    async with app.unit(account, writable=False) as ctx:
        found = ctx.connectors(PAYMENT_PROVIDER)
    found = [each for each in found if each.plugin != "billing.stripe"]
    assert [(each.plugin, each.name, each.title) for each in found] == [
        ("billing.bank_transfer", "bank_transfer", "Bank transfer"),
        ("billing.test", "test", "Test provider (moves no money)"),
    ]
    assert isinstance(found[1].it, PaysOut)
    assert "billing.test" in app.offers.webhook_sources


class TestLargePayouts:
    @pytest.fixture
    def app_settings(self):
        return IN_THE_SANDBOX | {"billing_test__decline_above": 500}

    async def test_the_provider_declines_by_amount(self, app, api, poster):
        nova = await payee(api, poster, "accept")
        first, second = await pay(api, nova, "1", amount=500), await pay(api, nova, "2", amount=500)
        third = await api.post(f"{AT}/payouts", json={"payee": nova, "currency": "EUR", "key": "3", "amount": 1})
        assert third.status_code == 409
        await drain(app)
        assert {(await state(api, each["id"]))[0] for each in (first, second)} == {"paid"}


class TestAProvidersDay:
    @pytest.fixture
    def app_settings(self):
        return IN_THE_SANDBOX | {"billing__provider_limit_a_day": 1000}

    async def test_a_provider_pays_so_much_a_day_for_all_accounts_together(self, app, api, poster, clock):
        nova = await payee(api, poster, "accept", 2000)
        await pay(api, nova, "1", amount=700)
        stranger = new_id()
        async with open_api(app, stranger) as other:
            made = await other.post(f"{AT}/payees", json={"name": "Lux", "provider": "test", "destination": "accept"})
            lux = made.json()["id"]
            for each in (sale("a", 400, lux), arrived("b", 400)):
                await app.database.write(lambda connection, each=each: post(connection, stranger, each, app.clock()))
            wanted = {"payee": lux, "currency": "EUR", "key": "2"}
            refused = await other.post(f"{AT}/payouts", json=wanted | {"amount": 301})
            assert (refused.status_code, refused.json()["type"]) == (409, "urn:maxbooster:problem:over-limit")
            assert "together can pay out at most 10.00 EUR through test in 24" in refused.json()["detail"]
            assert (await other.get(f"{AT}/payees/{lux}")).json()["owed"][0]["held"] == 0
            assert (await other.post(f"{AT}/payouts", json=wanted | {"amount": 300})).status_code == 202
            await drain(app)
            clock.advance(hours=25)
            assert (await other.post(f"{AT}/payouts", json=wanted | {"key": "3", "amount": 100})).status_code == 202

    async def test_requests_at_once_keep_to_it(self, app, api, poster):
        nova = await payee(api, poster, "accept", 5000)
        wanted = [{"payee": nova, "currency": "EUR", "key": str(each), "amount": 300} for each in range(8)]
        answers = await asyncio.gather(*(api.post(f"{AT}/payouts", json=each) for each in wanted))
        assert sorted(each.status_code for each in answers) == [202] * 3 + [409] * 5
