"""Payment providers: the contract, and the hook."""

from __future__ import annotations

import pytest

from maxbooster.testing import drain
from maxbooster_billing.providers.interface import PaysOut, SendsNotices
from maxbooster_billing.testing import PayoutProviderContract

from .conftest import AT, IN_THE_SANDBOX
from .one_app.test_payouts import pay, payee, state


class TestTheTestProvider(PayoutProviderContract):
    provider = "test"
    destination = "accept"


@pytest.mark.slow
class TestAProviderThatTakesAFee(PayoutProviderContract):
    provider = "test"
    destination = "fee:nova"


async def test_hook_payment_provider(app, account):
    async with app.unit(account, writable=False) as ctx:
        answers = {each.plugin: each for each in await ctx.ask("payment_provider")}
    assert sorted(answers) == ["billing.bank_transfer", "billing.test"]
    answer = answers["billing.test"]
    assert isinstance(answer.value, PaysOut)
    assert isinstance(answer.value, SendsNotices)


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
