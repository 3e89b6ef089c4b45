"""The simulator's pages in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from .conftest import Platform, Receiver
from .test_checkout import beat, session

pytestmark = pytest.mark.slow

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    found = os.environ.get("MAXBOOSTER_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("pages skipped: Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        await browser.close()


async def fill(page: Page, number: str) -> None:
    await page.get_by_label("Email").fill("fan@example.com")
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiration").fill("12 / 34")
    await page.get_by_label("CVC").fill("123")


async def test_a_visitor_is_declined_then_pays_with_3d_secure(
    platform: Platform, browser: Browser, receiver: Receiver
) -> None:
    """Paid on the hosted page with test cards, and back at the shop."""
    shop = platform.process.url + "/_simulator/?paid={CHECKOUT_SESSION_ID}"
    made = session(platform, line_items=[beat(500, 2), beat(299)], success_url=shop)
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(made.url)
    assert await page.get_by_role("note").inner_text() == "Simulated payment page, no money moves"
    await fill(page, "4000 0000 0000 9995")
    await page.get_by_role("button", name="Pay 12.99 USD").click()
    assert "insufficient funds" in await page.get_by_role("alert").inner_text()
    await fill(page, "4000 0027 6000 3184")
    await page.get_by_role("button", name="Pay 12.99 USD").click()
    await page.get_by_role("button", name="Complete").click()
    await page.wait_for_url(f"**/?paid={made.id}")
    assert platform.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


async def test_a_seller_is_onboarded(platform: Platform, browser: Browser) -> None:
    account = platform.v1.accounts.create({"type": "express", "country": "US"})
    back = platform.process.url + "/_simulator/"
    given = {"account": account.id, "type": "account_onboarding", "refresh_url": back, "return_url": back}
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(platform.v1.account_links.create(given).url)
    for label, value in {
        "First name": "Nina",
        "Last name": "Simone",
        "Email": "nina@example.com",
        "Date of birth": "1933-02-21",
        "Website": "https://example.com",
    }.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Account number or IBAN").fill("000123456789")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Submit").click()
    await page.wait_for_url(back)
    assert platform.v1.accounts.retrieve(account.id).payouts_enabled
