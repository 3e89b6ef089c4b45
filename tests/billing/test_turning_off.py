"""Turning a payment provider off: payouts on the way are said first, and the way back is told."""

from __future__ import annotations

from maxbooster.testing import drain, make_app, open_api

from .conftest import AT, IN_THE_SANDBOX
from .one_app.test_payouts import pay, payee


async def test_payouts_on_the_way_are_open_work(app, api, poster, account, database_url):
    nova = await payee(api, poster, "slow:600")
    await pay(api, nova, amount=400)

    async def open_work(plugin: str) -> list[str]:
        async with app.unit() as ctx:
            return [line for each in await ctx.ask("open_work", plugin=plugin) for line in each.value or ()]

    [said, jobs] = sorted(await open_work("billing"), key=lambda each: "job" in each)
    assert said.startswith("1 payout is on the way by Test provider")
    assert said.endswith(": what becomes of that is not known while it is off.")
    assert jobs == "1 job waits or runs; none is run while it is off."
    assert await open_work("billing.test") == [said]
    assert await open_work("billing.bank_transfer") == []

    settings = {"disabled": "billing.test"} | IN_THE_SANDBOX
    async with (
        make_app(app.settings.data, database_url, clock=app.clock, migrated=True, **settings) as off,
        open_api(off, account.account) as api_off,
    ):
        await drain(off)
        [job] = [
            each for each in (await api_off.get("/api/core/jobs")).json()["items"] if each["name"] == "billing.pay_out"
        ]
        assert job["state"] == "ready"
        assert "The plugin billing.test is off; `maxbooster plugins enable billing.test`" in job["note"]
        refused = await api_off.post(f"{AT}/payouts/quote", json={"payee": nova, "currency": "EUR", "amount": 100})
        assert (refused.status_code, "`maxbooster plugins enable billing.test`" in refused.text) == (503, True)
