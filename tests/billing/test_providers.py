"""Payment providers: the contract, and the hook."""

from __future__ import annotations

from maxbooster_billing.providers.interface import PaysOut, SendsNotices
from maxbooster_billing.testing import PayoutProviderContract


class TestTheTestProvider(PayoutProviderContract):
    provider = "test"
    destination = "accept"


class TestAProviderThatTakesAFee(PayoutProviderContract):
    provider = "test"
    destination = "fee:nova"


async def test_hook_payment_provider(app, account):
    async with app.unit(account, writable=False) as ctx:
        [answer] = await ctx.ask("payment_provider")
    assert answer.plugin == "billing.test"
    assert isinstance(answer.value, PaysOut)
    assert isinstance(answer.value, SendsNotices)
