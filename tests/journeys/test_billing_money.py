"""From an empty book to a payee who is paid: what whoever pays sees."""

from __future__ import annotations

from .test_web_pages import SCREENS, SIZES, _axe

POST = """async transaction => {
    const me = await (await fetch("/api/core/session")).json()
    const answer = await fetch("/api/billing/ledger/transactions", {
        method: "POST",
        headers: {"content-type": "application/json", "x-csrf-token": me.csrf},
        body: JSON.stringify(transaction),
    })
    return answer.status
}"""


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
    await page.get_by_role("button", name="Add a payee").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Paid by").select_option("test")
    await page.get_by_label("Where to").fill(destination)
    assert await _axe(page) == []
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.locator(".what", has_text=name).wait_for()


async def _earn(page, currency, shares):
    """What an outlet owes, shared out among payees: name → minor units."""
    payees = {
        each["name"]: each["id"] for each in await page.evaluate("fetch('/api/billing/payees').then(a => a.json())")
    }
    legs = [{"purpose": "payable", "party": payees[name], "amount": -amount} for name, amount in shares.items()]
    owed = {"purpose": "receivable", "party": "spotify", "amount": sum(shares.values())}
    transaction = {"key": currency, "currency": currency, "memo": "Spotify, October 2026", "legs": [owed, *legs]}
    assert await page.evaluate(POST, transaction) == 201


async def test_a_payee_is_paid(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "money@example.org", "Nova Reyes")
    await seat.go("/money")
    await page.get_by_text("Begin with whoever has a share").wait_for()
    await _seen(seat, "first")
    await _add_payee(page, "Nova Reyes", "accept")
    await _add_payee(page, "Northern Lights Publishing", "decline")
    await _earn(page, "EUR", {"Nova Reyes": 123_456, "Northern Lights Publishing": 41_152})
    await _earn(page, "USD", {"Nova Reyes": 9_001, "Northern Lights Publishing": 20_000})
    await page.reload()
    await page.locator(".figure").get_by_text("€1,646.08").first.wait_for()
    await page.get_by_text("75% of what is owed").wait_for()
    await page.get_by_role("button", name="Pay out €1,234.56 to Nova Reyes").click()
    await page.get_by_role("button", name="Pay €1,234.56").click()
    await page.locator("li.paid .state").get_by_text("Paid", exact=True).wait_for()
    await page.locator(".figure").get_by_text("€411.52").wait_for()
    await page.get_by_text("100% of what is owed").wait_for()
    await page.get_by_role("button", name="Pay out €411.52 to Northern Lights Publishing").click()
    await page.get_by_role("button", name="Pay €411.52").click()
    await page.get_by_text("Not paid: ").wait_for()
    await page.get_by_role("button", name="Pay out €411.52 to Northern Lights Publishing").wait_for()
    await page.get_by_role("button", name="Change how Northern Lights Publishing is paid").click()
    await page.get_by_label("Where to").fill("accept")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Test provider (moves no money) · accept").nth(1).wait_for()
    await page.get_by_label("Filter the entries").fill("northern eur")
    await page.get_by_role("gridcell", name="Northern Lights Publishing · owed").wait_for()
    assert await page.locator(".body .row").count() == 1
    await page.get_by_label("Filter the entries").fill("")
    await page.get_by_label("Filter the entries").blur()
    await _seen(seat, "paid")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export CSV").click()
    book = (await (await downloading.value).path()).read_text("utf-8")
    assert "Spotify, October 2026" in book
    assert seat.complaints == []
