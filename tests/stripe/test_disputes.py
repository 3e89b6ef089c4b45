"""A buyer's bank takes a payment back: each seller's part is withheld until it is decided whose it is."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from maxbooster.plugin import new_id
from maxbooster.testing import drain, open_api
from maxbooster_billing.ledger.verify import verify
from maxbooster_billing.plugin import NewCheckout, NewLine, checkout, hear_of_checkout, hear_of_dispute

from .test_connector import AT, app_settings, client, pay_at, simulator, steer
from .test_reconciling import STAFF, balance, differences

__all__ = ["app_settings", "simulator"]


@pytest.fixture
async def disputed(app: Any, account: Any, api: Any, simulator: str) -> tuple[Any, str, str]:
    """The other seller, the dispute's id, and where the simulator is: 30.00 USD, of which 20.00 are this account's."""
    other = new_id()
    lines = [
        NewLine(seller=account.account, reference="beat", description="Beat", amount=2000),
        NewLine(seller=other, reference="kit", description="Kit", amount=1000),
    ]
    new = NewCheckout(key="order", currency="USD", lines=lines, return_url="https://store.example/")
    async with app.unit(account) as ctx:
        opened = await checkout(ctx, new)
    await drain(app)
    await pay_at((await api.get(f"{AT}/checkouts/{opened.token}")).json()["url"])
    async with app.unit(STAFF) as ctx:
        await hear_of_checkout(ctx, f"checkout.{opened.id.hex}")
    await drain(app)
    [charge] = client(simulator).v1.charges.list().data
    steer(simulator, f"charges/{charge.id}/dispute", reason="product_not_received")
    [dispute] = client(simulator).v1.disputes.list().data
    await told(app, dispute.id)
    return other, dispute.id, simulator


async def told(app: Any, dispute: str) -> None:
    """As by its webhook, three times."""
    for _ in range(3):
        async with app.unit(STAFF) as ctx:
            await hear_of_dispute(ctx, "stripe", dispute)
        await drain(app)


async def books(api: httpx.AsyncClient) -> dict[str, int]:
    rows = (await api.get(f"{AT}/ledger/balances")).json()
    return {row["purpose"]: row["amount"] for row in rows if row["amount"]}


async def test_what_is_disputed_is_withheld_from_each_seller(app, account, api, disputed):
    other, *_ = disputed
    mine = await books(api)
    assert (mine["income"], mine["disputed"]) == (2000, 2000)
    assert mine["clearing"] == -mine["fees"]
    async with open_api(app, other) as theirs:
        assert (await books(theirs))["disputed"] == 1000
    [sale] = (await api.get(f"{AT}/sales")).json()["items"]
    assert sale["dispute"]["state"] == "needs_response"
    assert sale["dispute"]["reason"] == "product not received"
    assert sale["dispute"]["respond_by"]
    assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok
    assert await differences(app) == []


@pytest.mark.parametrize(("outcome", "income"), [("won", 2000), ("lost", None)])
async def test_how_it_is_decided(app, api, disputed, outcome, income):
    _, dispute, simulator = disputed
    steer(simulator, f"disputes/{dispute}/close", outcome=outcome)
    await told(app, dispute)
    mine = await books(api)
    assert mine.get("income") == income
    assert "disputed" not in mine
    [sale] = (await api.get(f"{AT}/sales")).json()["items"]
    assert sale["dispute"]["state"] == outcome
    assert (await app.database.read(lambda connection: verify(connection, app.clock()))).ok
    assert await differences(app) == []


async def test_an_inquiry_withholds_nothing(app, account, api, simulator):
    new = NewCheckout(
        key="order", currency="USD", return_url="https://store.example/",
        lines=[NewLine(seller=account.account, reference="beat", description="Beat", amount=2000)],
    )  # fmt: skip
    async with app.unit(account) as ctx:
        opened = await checkout(ctx, new)
    await drain(app)
    await pay_at((await api.get(f"{AT}/checkouts/{opened.token}")).json()["url"])
    async with app.unit(STAFF) as ctx:
        await hear_of_checkout(ctx, f"checkout.{opened.id.hex}")
    await drain(app)
    [charge] = client(simulator).v1.charges.list().data
    steer(simulator, f"charges/{charge.id}/dispute", inquiry=True)
    [dispute] = client(simulator).v1.disputes.list().data
    await told(app, dispute.id)
    [sale] = (await api.get(f"{AT}/sales")).json()["items"]
    assert sale["dispute"]["state"] == "inquiry"
    assert "disputed" not in await books(api)
    assert await differences(app) == []


async def test_a_dispute_of_a_payment_that_is_not_ours_becomes_nothing(app, account, api, simulator):
    automatic = {"enabled": True, "allow_redirects": "never"}
    by_hand = {"amount": 700, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    client(simulator).v1.payment_intents.create(by_hand | {"automatic_payment_methods": automatic})
    [charge] = client(simulator).v1.charges.list().data
    steer(simulator, f"charges/{charge.id}/dispute")
    [dispute] = client(simulator).v1.disputes.list().data
    await told(app, dispute.id)
    assert await balance(app, "provider") == 0
    assert len(await differences(app)) == 2
