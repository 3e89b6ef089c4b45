"""`verify` finds a sale or a refund that the ledger does not know, or knows otherwise. Each test spoils a platform."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from maxbooster.plugin import PLATFORM, Identity
from maxbooster.testing import drain
from maxbooster_billing.checkouts.models import Checkout, Refund, Sale
from maxbooster_billing.ledger import rules
from maxbooster_billing.ledger.models import LedgerTransaction
from maxbooster_billing.plugin import NewCheckout, NewLine, NewRefund, checkout, hear_of_checkout, refund
from maxbooster_billing.test_provider.bank import of as bank_of

from .conftest import verdict


@pytest.fixture
async def sold(app: Any, account: Any) -> None:
    """A sale of 10.00 with a fee of 0.40, of which 3.00 are refunded."""
    line = NewLine(seller=account.account, reference="beat", description="Beat", amount=1000)
    new = NewCheckout(
        key="order", currency="EUR", lines=[line], return_url="https://store.example/thanks", provider="test"
    )
    async with app.unit(account) as ctx:
        opened = await checkout(ctx, new)
    await drain(app)
    async with app.unit(Identity(PLATFORM, None, frozenset({"*"}))) as ctx:
        bank_of(ctx).decide(f"checkout.{opened.id.hex}", "paid", 40)
        await hear_of_checkout(ctx, f"checkout.{opened.id.hex}")
    await drain(app)
    async with app.unit(account) as ctx:
        await refund(ctx, (await ctx.first(_SALES)), NewRefund(key="sorry", amount=300))
    await drain(app)
    assert (await verdict(app)).ok


_SALES = select(Sale.id)


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (update(Checkout).values(amount=1001), "its lines do not come to the 1001 EUR"),
        (update(Checkout).values(fee=41), "says something else under"),
        (update(Checkout).values(currency="USD"), "says something else under"),
        (update(Sale).values(amount=999), "it is of 999 with a fee of 40"),
        (update(Sale).values(fee=39), "it is of 1000 with a fee of 39"),
        (update(Sale).values(refunded=299), "it says 299 are refunded, its refunds say 300"),
        (update(Refund).values(amount=299), "its refunds say 299"),
    ],
)
async def test_a_row_that_was_changed_is_found(app, sold, spoiled, said):
    await app.database.transact(lambda connection: connection.execute(spoiled))
    assert any(said in fault for fault in (await verdict(app)).faults)


async def test_a_posting_that_is_gone_is_found(app, sold):
    def take_away(connection: Any) -> None:
        rules.remove(connection)
        sold = LedgerTransaction.memo.startswith("Sold") & LedgerTransaction.key.endswith(":out")
        connection.execute(update(LedgerTransaction).where(sold).values(key="gone"))
        rules.install(connection)

    await app.database.transact(take_away)
    assert any("lacks 'transfer:" in fault for fault in (await verdict(app)).faults)


async def test_a_sale_that_never_reached_its_seller_is_found(app, sold, clock):
    def take_away(connection: Any) -> None:
        connection.execute(delete(Refund))
        connection.execute(delete(Sale))

    await app.database.transact(take_away)
    assert not any("has not reached" in fault for fault in (await verdict(app)).faults)
    clock.advance(hours=2)
    assert any("has not reached its seller" in fault for fault in (await verdict(app)).faults)
