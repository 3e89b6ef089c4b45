"""A visitor pays on the simulated payment page, the bank declines, asks, approves; the seller sees it and refunds."""

from __future__ import annotations

import pytest

from .test_billing_money import TWO_SIZES, _seen
from .test_web_pages import SCREENS, SIZES, _axe


@pytest.fixture(scope="module")
def platform_settings():
    return {"MAXBOOSTER_SANDBOX__ENABLED": "true"}


OPEN = """async (base) => {
    const {csrf} = await (await fetch("/api/core/session")).json()
    const headers = {"content-type": "application/json", "x-csrf-token": csrf}
    const lines = [
        {reference: "lease", description: "Lease of “Nightfall”", amount: 2990},
        {reference: "kit", description: "Drum kit", amount: 1000, quantity: 2},
    ]
    const body = JSON.stringify({key: "order-1", currency: "EUR", return_url: `${base}/p/nowhere`, lines})
    const answer = await fetch("/api/billing/checkouts", {method: "POST", headers, body})
    return (await answer.json()).url
}"""


async def pay_by(page, number):
    await page.get_by_label("Email").fill("fan@example.org")
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiration").fill("12 / 40")
    await page.get_by_label("CVC").fill("123")
    await page.get_by_role("button", name="Pay").click()


async def test_a_visitor_pays_and_the_seller_refunds(platform, seats):
    seller, visitor = await seats(), await seats()
    await seller.register(platform, "seller@example.org", "Nova Reyes")
    address = await seller.page.evaluate(OPEN, platform.base)

    page = visitor.page
    await page.goto(address)
    await page.get_by_role("link", name="Pay 39.90 EUR").wait_for()
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size in TWO_SIZES.values():
        await page.set_viewport_size(size)
        assert await _axe(page) == []
        await page.screenshot(path=SCREENS / f"checkout-{size['width']}.png")
    await page.set_viewport_size(SIZES["desktop"])
    await page.get_by_role("link", name="Pay 39.90 EUR").click()
    await page.get_by_text("Simulated payment page, no money moves").wait_for()
    await pay_by(page, "4000000000000002")
    await page.get_by_text("declined").first.wait_for()
    await pay_by(page, "4000002760003184")
    await page.get_by_role("button", name="Complete").click()
    await page.wait_for_url("**/p/nowhere")
    for _ in range(40):  # until the provider's webhook has come
        await page.goto(address)
        if await page.get_by_role("heading", name="Paid").count():
            break
        await page.wait_for_timeout(250)
    await page.get_by_role("heading", name="Paid").wait_for(timeout=1000)
    assert await _axe(page) == []

    await seller.go("/money")
    row = seller.page.get_by_role("row", name="Lease of “Nightfall”")
    await row.get_by_text("Paid").wait_for()
    await _seen(seller, "sales", TWO_SIZES)
    await row.get_by_role("button", name="Refund Lease").click()
    amount = seller.page.get_by_label("Amount in EUR")
    assert await amount.input_value() == "29.90"
    await amount.fill("30.00")
    await seller.page.get_by_role("button", name="Refund", exact=True).first.click()
    await seller.page.get_by_text("Enter an amount up to €29.90.").wait_for()
    await amount.fill("9.90")
    await seller.page.get_by_role("button", name="Refund", exact=True).first.click()
    await seller.page.get_by_text("is being refunded").wait_for()
    await seller.page.get_by_role("row", name="Lease of “Nightfall”").get_by_text("Partly refunded").wait_for()
