"""From an empty book to a payee who is paid, as whoever pays sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from maxbooster.db.engine import Database
from maxbooster_billing.plugin import Leg, Transaction, post

from .test_web_pages import SCREENS, SIZES, _axe


@pytest.fixture(scope="module")
def platform_settings():
    """Where outside services are simulated, payees can be paid by the test provider."""
    return {"MAXBOOSTER_SANDBOX__ENABLED": "true"}


async def _seen(seat, name):
    """A picture at every size in both themes, nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size, viewport in (SIZES | {"small": {"width": 360, "height": 740}}).items():
        await seat.page.set_viewport_size(viewport)
        for theme in ("dark", "light"):
            await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            await seat.page.wait_for_timeout(100)
            await seat.page.screenshot(path=SCREENS / f"money-{name}-{size}-{theme}.png", full_page=True)
            assert await _axe(seat.page) == [], f"{name}, {size}, {theme}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await seat.page.set_viewport_size(SIZES["desktop"])


async def _add_payee(page, name, destination):
    await page.get_by_role("button", name="Add payee").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Payment method").select_option("test")
    await page.get_by_label("Behavior").fill(destination)
    assert await _axe(page) == []
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.locator(".what", has_text=name).wait_for()


async def _earn(platform, page, currency, shares):
    """What a store owes, split among payees: name → minor units."""
    me = await page.evaluate("fetch('/api/core/session').then(a => a.json())")
    rows = await page.evaluate("fetch('/api/billing/payees').then(a => a.json())")
    payees = {each["name"]: each["id"] for each in rows}
    legs = [Leg("payable", -amount, payees[name]) for name, amount in shares.items()]
    sold = Transaction(
        key=currency, currency=currency, memo="Spotify, October 2026",
        legs=(Leg("receivable", sum(shares.values()), "spotify"), *legs),
    )  # fmt: skip
    database = Database(f"sqlite:///{platform.mail.parent / 'maxbooster.db'}")
    account = UUID(me["account"]["id"] if isinstance(me["account"], dict) else me["account"])
    await database.write(lambda connection: post(connection, account, sold, datetime.now(UTC)))
    await database.close()


IMPORT = """async ([text, source]) => {
    const me = await (await fetch("/api/core/session")).json()
    const tus = {"x-csrf-token": me.csrf, "tus-resumable": "1.0.0"}
    const content = new TextEncoder().encode(text)
    const named = {"upload-length": String(content.length), "upload-metadata": "filename " + btoa("september.csv")}
    const begun = await fetch("/api/core/uploads", {method: "POST", headers: {...tus, ...named}})
    const place = begun.headers.get("location")
    const whole = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    await fetch(place, {method: "PATCH", headers: {...tus, ...whole}, body: content})
    const file_id = new URL(place, location.href).pathname.split("/").pop()
    for (let tries = 0; tries < 100; tries++) {  // until the file was looked at
        const {files} = await (await fetch("/api/core/files")).json()
        if (files.some(({id, state}) => id === file_id && state === "ready")) break
        await new Promise(resolve => setTimeout(resolve, 100))
    }
    const answer = await fetch("/api/distribution/statements", {
        method: "POST",
        headers: {"content-type": "application/json", "x-csrf-token": me.csrf},
        body: JSON.stringify({file_id, source}),
    })
    return answer.status
}"""
STATEMENT = """Sale Month,ISRC,Quantity,Net Amount,Currency
2026-09,QZES92600001,1200,4.1234567891,EUR
2026-09,QZES92600002,10,0.0276543210,EUR
"""


async def _statements(page):
    """One that is imported, and one that cannot be, as the page tells of them."""
    assert await page.evaluate(IMPORT, [STATEMENT, "deezer"]) == 202
    await page.locator("li", has_text="deezer").get_by_text("2 lines · 2 lines have no payee yet").wait_for()
    await page.locator("li", has_text="deezer").get_by_text("€4.15", exact=True).first.wait_for()
    assert await page.evaluate(IMPORT, [STATEMENT.replace("10,0.02", "many,0.02"), "tidal"]) == 202
    await page.locator("li.failed", has_text="tidal").get_by_text("line 3, column 'Quantity': 'many'").wait_for()


async def _money_arrives(page):
    """A part of what a store owes, after a slip of the pen."""
    await page.get_by_role("button", name="Record payment from spotify: €1,646.08").click()
    for wrong in ("much", "12.345"):
        await page.get_by_label("Amount in EUR").fill(wrong)
        await page.get_by_role("button", name="Record", exact=True).click()
        await page.get_by_text("Enter an amount such as 1646.08.").wait_for()
    assert await _axe(page) == []
    await page.get_by_label("Amount in EUR").fill("1600")
    await page.get_by_label("Bank reference").fill("SPOTIFY AB OCT")
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.locator("li", has_text="spotify").get_by_text("€46.08").wait_for()


async def _pay(seat, name, amount, picture=None):
    page = seat.page
    await page.get_by_role("button", name=f"Pay out {amount} to {name}").click()
    await page.get_by_text(f"{name} receives").wait_for()
    pay = page.get_by_role("button", name=f"Pay out {amount}", exact=True)
    if picture:
        await _seen(seat, picture)
    await pay.click()


async def test_a_payee_is_paid(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "money@example.org", "Nova Reyes")
    await seat.go("/money")
    await page.get_by_text("Add your first payee").wait_for()
    await _seen(seat, "first")
    await _add_payee(page, "Nova Reyes", "accept")
    await _add_payee(page, "Northern Lights Publishing", "decline")
    await _earn(platform, page, "EUR", {"Nova Reyes": 123_456, "Northern Lights Publishing": 41_152})
    await _earn(platform, page, "USD", {"Nova Reyes": 9_001, "Northern Lights Publishing": 20_000})
    await page.reload()
    await page.locator(".figure").get_by_text("€1,646.08").first.wait_for()
    await page.get_by_text("75% of what is owed").wait_for()
    await page.get_by_text("not arrived yet").first.wait_for()
    await _money_arrives(page)
    await _pay(seat, "Nova Reyes", "€1,234.56", "drawer")
    await page.get_by_role("gridcell", name="Paid", exact=True).wait_for()
    await page.locator(".figure").get_by_text("€411.52").wait_for()
    await _pay(seat, "Northern Lights Publishing", "€365.44")
    await page.get_by_role("gridcell", name="Failed: The receiver's account is closed.").first.wait_for()
    await page.get_by_role("button", name="Change how Northern Lights Publishing is paid").click()
    await page.get_by_label("Behavior").fill("accept")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Test provider (moves no money) · accept").nth(1).wait_for()
    await page.get_by_label("Search entries").fill("northern eur")
    await page.get_by_role("gridcell", name="Northern Lights Publishing · owed").wait_for()
    await page.get_by_label("Search entries").fill("")
    await page.get_by_label("Search entries").blur()
    await _statements(page)
    await page.get_by_role("button", name="Record payment from deezer").click()
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.get_by_text("€4.15 from deezer was recorded.").wait_for()
    await _seen(seat, "paid")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export CSV").click()
    book = (await (await downloading.value).path()).read_text("utf-8")
    assert "Spotify, October 2026" in book
    assert seat.complaints == []
