"""The books and Stripe's own list agree to the cent, or the difference has a name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from maxbooster.plugin import PLATFORM, Identity
from maxbooster.testing import drain
from maxbooster_billing.ledger.models import LedgerAccount
from maxbooster_billing.plugin import Leg, NewCheckout, NewLine, Transaction, checkout, hear_of_checkout, post
from maxbooster_billing.reconciliation.service import reconcile, reporting

from .conftest import OWN_CLOCK
from .test_connector import AT, pay_at

STAFF = Identity(PLATFORM, None, frozenset({"*"}))


async def differences(app: Any) -> list[tuple[str, int]]:
    """Problem and amount of each, after everything that follows from asking."""
    async with app.unit(STAFF) as ctx:
        [provider] = await reporting(ctx)
        found = await reconcile(ctx, provider)
    await drain(app)
    return [(each.problem, each.amount) for each in found.differences]


async def sold(app: Any, account: Any, api: Any, key: str, amount: int, *, told: bool = True) -> Any:
    line = NewLine(seller=account.account, reference=key, description="Beat", amount=amount)
    new = NewCheckout(key=key, currency="USD", lines=[line], return_url="https://store.example/")
    async with app.unit(account) as ctx:
        opened = await checkout(ctx, new)
    await drain(app)
    await pay_at((await api.get(f"{AT}/checkouts/{opened.token}")).json()["url"])
    if told:
        async with app.unit(STAFF) as ctx:
            await hear_of_checkout(ctx, f"checkout.{opened.id.hex}")
        await drain(app)
    return opened


async def balance(app: Any, purpose: str) -> int:
    of = (LedgerAccount.purpose == purpose, LedgerAccount.currency == "USD")
    async with app.unit(STAFF, writable=False) as ctx:
        row = await ctx.first(select(LedgerAccount).where(*of))
    return 0 if row is None else int(row.balance)


async def test_payments_and_refunds_agree_to_the_cent(app, account, api, shop):
    for number in range(3):
        await sold(app, account, api, f"order-{number}", 1000 + number)
    for sale in (await api.get(f"{AT}/sales")).json()["items"][:2]:
        await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": sale["id"], "amount": 333})
    await drain(app)
    assert await differences(app) == []
    assert await differences(app) == []
    assert await balance(app, "provider") == sum(shop.balance())


async def test_a_payment_that_nobody_told_us_of_is_found_and_asked_for(app, account, api):
    await sold(app, account, api, "lost", 1000, told=False)
    [(problem, amount)] = await differences(app)
    assert "is open, but 10.00 USD was paid for it" in problem
    assert amount == 1000
    assert (await api.get(f"{AT}/sales")).json()["items"][0]["amount"] == 1000
    assert await differences(app) == []


async def test_what_was_sold_by_hand_at_stripe_has_a_name(app, account, api, shop):
    shop.paid(700)
    [(problem, amount)] = await differences(app)
    assert problem.startswith("This isn't known to the ledger: payment")
    assert amount == 700


@OWN_CLOCK
async def test_what_stripe_pays_out_to_our_bank_is_booked(app, account, api, shop):
    await sold(app, account, api, "order", 100_000)
    shop.advance(days=8)
    if not any(line.type == "payout" for line in shop.lines()):
        available, _ = shop.balance()
        shop.v1.payouts.create({"amount": available, "currency": "usd"})
    assert await differences(app) == []
    assert (await balance(app, "bank")) > 90_000
    assert await balance(app, "provider") == 0


async def test_what_only_the_ledger_knows_is_found(app, account, api):
    await sold(app, account, api, "order", 1000)
    async with app.unit(STAFF) as ctx:
        made_up = Transaction(key="x", currency="USD", legs=(Leg("provider", 5, "stripe"), Leg("income", -5)))
        await ctx.write(post, PLATFORM, made_up, ctx.now)
    [(problem, amount)] = await differences(app)
    assert "something in the ledger is missing in the provider's list" in problem
    assert amount == 5


async def test_without_a_key_there_is_nothing_to_compare(app, monkeypatch):
    async with app.unit(STAFF) as ctx:
        [provider] = await reporting(ctx)
        monkeypatch.setattr(type(provider.it), "has_balance", _no)
        assert await reporting(ctx) == []


async def _no(self: Any, ctx: Any) -> bool:
    return False
