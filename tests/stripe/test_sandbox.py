"""In sandbox mode the simulator runs beside the platform, and payments need no key."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from maxbooster.plugin import NotReady, simulated_address
from maxbooster.testing import drain, with_services
from maxbooster_billing.plugin import NewCheckout, NewLine, checkout

from .test_connector import CARD

AT = "/api/billing"


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"sandbox__enabled": "true"}


async def test_hook_simulator(app, account, api):
    assert "stripe" in {each.service for _, each in app.offers.simulators}
    line = NewLine(seller=account.account, reference="beat", description="Beat", amount=1000)
    new = NewCheckout(key="order", currency="EUR", lines=[line], return_url="https://store.example/thanks")
    async with with_services(app):
        async with app.unit(account) as ctx:
            opened = await checkout(ctx, new)
        await drain(app)
        url = (await api.get(f"{AT}/checkouts/{opened.token}")).json()["url"]
        assert url.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient() as browser:
            assert (await browser.post(url, data=CARD)).status_code == 303


async def test_hook_simulated(app, account):
    async with app.unit(account, writable=False) as ctx:
        assert await simulated_address(ctx, "nobody") is None
        with pytest.raises(NotReady, match="isn't running"):
            await simulated_address(ctx, "stripe")
        async with with_services(app):
            assert (await simulated_address(ctx, "stripe") or "").startswith("http://127.0.0.1:")
