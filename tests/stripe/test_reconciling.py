"""The books and Stripe's own list agree to the cent, or the difference has a name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from maxbooster.notices.models import Notice
from maxbooster.plugin import PLATFORM, Conflict, Identity, NotFound
from maxbooster.testing import drain, make_person
from maxbooster_billing.ledger.models import LedgerAccount
from maxbooster_billing.plugin import Leg, NewCheckout, NewLine, Transaction, checkout, hear_of_checkout, post
from maxbooster_billing.reconciliation.jobs import reconcile_all
from maxbooster_billing.reconciliation.matching import book
from maxbooster_billing.reconciliation.models import BalanceLine
from maxbooster_billing.reconciliation.service import reconcile, reporting

from .test_connector import AT, app_settings, client, pay_at, simulator, steer

__all__ = ["app_settings", "simulator"]
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


async def test_payments_and_refunds_agree_to_the_cent(app, account, api, simulator):
    for number in range(3):
        await sold(app, account, api, f"order-{number}", 1000 + number)
    for sale in (await api.get(f"{AT}/sales")).json()["items"][:2]:
        await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": sale["id"], "amount": 333})
    await drain(app)
    assert await differences(app) == []
    assert await differences(app) == []
    stripe = client(simulator).v1.balance.retrieve()
    held = sum(each.amount for part in (stripe.available, stripe.pending) for each in part)
    assert await balance(app, "provider") == held


async def test_a_payment_that_nobody_told_us_of_is_found_and_asked_for(app, account, api):
    await sold(app, account, api, "lost", 1000, told=False)
    [(problem, amount)] = await differences(app)
    assert "is open, but 10.00 USD was paid for it" in problem
    assert amount == 1000
    assert (await api.get(f"{AT}/sales")).json()["items"][0]["amount"] == 1000
    assert await differences(app) == []


async def test_what_was_sold_by_hand_at_stripe_has_a_name(app, account, api, simulator):
    automatic = {"enabled": True, "allow_redirects": "never"}
    by_hand = {"amount": 700, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    client(simulator).v1.payment_intents.create(by_hand | {"automatic_payment_methods": automatic})
    [(problem, amount)] = await differences(app)
    assert problem.startswith("This isn't known to the ledger: payment")
    assert amount == 700
    line = problem.split(" book stripe ")[1].split()[0]
    async with app.unit(STAFF) as ctx:
        await ctx.write(book, "stripe", line, "income", ctx.now)
    assert await differences(app) == []
    async with app.unit(STAFF) as ctx:
        with pytest.raises(Conflict, match="in the ledger already"):
            await ctx.write(book, "stripe", line, "income", ctx.now)
    async with app.unit(STAFF) as ctx:
        with pytest.raises(NotFound, match="has told of no line 'txn_nobody'"):
            await ctx.write(book, "stripe", "txn_nobody", "income", ctx.now)


async def test_what_stripe_pays_out_to_our_bank_is_booked(app, account, api, simulator):
    await sold(app, account, api, "order", 100_000)
    stripe = client(simulator)
    steer(simulator, "clock", advance_s=8 * 86_400)
    paid = [each for each in stripe.v1.balance_transactions.list().data if each.type == "payout"]
    if not paid:
        available = {each.currency: each.amount for each in stripe.v1.balance.retrieve().available}["usd"]
        stripe.v1.payouts.create({"amount": available, "currency": "usd"})
    assert await differences(app) == []
    assert (await balance(app, "bank")) > 90_000
    assert await balance(app, "provider") == 0


async def test_what_only_the_ledger_knows_is_found(app, account, api):
    await sold(app, account, api, "order", 1000)
    async with app.unit(STAFF) as ctx:
        made_up = Transaction(key="x", currency="USD", legs=(Leg("provider", 5, "stripe"), Leg("income", -5)))
        await ctx.write(post, PLATFORM, made_up, ctx.now)
    [(problem, amount)] = await differences(app)
    assert "the ledger has something that no line of the provider tells of" in problem
    assert amount == 5


async def test_without_a_key_there_is_nothing_to_compare(app, monkeypatch):
    async with app.unit(STAFF) as ctx:
        [provider] = await reporting(ctx)
        monkeypatch.setattr(type(provider.it), "has_balance", _no)
        assert await reporting(ctx) == []


async def _no(self: Any, ctx: Any) -> bool:
    return False


async def test_a_refund_that_failed_and_nobody_told_us_of_is_taken_back(app, account, api, simulator):
    await sold(app, account, api, "order", 1000)
    [sale] = (await api.get(f"{AT}/sales")).json()["items"]
    await api.post(f"{AT}/sales/{sale['id']}/refunds", json={"key": "sorry", "amount": 400})
    await drain(app)
    assert await differences(app) == []
    [refund] = client(simulator).v1.refunds.list().data
    steer(simulator, f"refunds/{refund.id}/fail")
    await differences(app)
    assert (await api.get(f"{AT}/sales/{sale['id']}")).json()["refunded"] == 0
    assert await differences(app) == []


async def test_more_lines_than_a_page_are_all_compared(app, account, api, monkeypatch):
    monkeypatch.setattr("maxbooster_stripe.provider.PAGE", 2)
    for number in range(5):
        await sold(app, account, api, f"order-{number}", 1000 + number)
    assert await differences(app) == []
    async with app.unit(STAFF, writable=False) as ctx:
        assert len(await ctx.platform.all(select(BalanceLine.id))) == 5


async def test_staff_hear_of_what_still_differs_a_while_later(app, account, api, clock, simulator):
    staff = await make_person(app, "staff@example.org", operator="admin")
    automatic = {"enabled": True, "allow_redirects": "never"}
    by_hand = {"amount": 700, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    client(simulator).v1.payment_intents.create(by_hand | {"automatic_payment_methods": automatic})
    async with app.unit(STAFF) as ctx:
        await reconcile_all.handler(ctx)
    await drain(app)
    assert await notices(app, staff) == []
    clock.advance(minutes=16)
    await drain(app)
    assert await notices(app, staff) == ["1 difference between the ledger and Stripe"]


async def notices(app: Any, person: Any) -> list[str]:
    query = select(Notice.title).where(Notice.user_id == person.user)
    return list(await app.database.read(lambda connection: connection.execute(query).scalars().all()))
