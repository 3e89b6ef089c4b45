"""From an empty book to a payee who is paid, as whoever pays sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from maxbooster.db.engine import Database
from maxbooster_billing.plugin import Leg, Transaction, post

from .test_distribution_royalties import CALL, RELEASE
from .test_web_pages import SCREENS, SIZES, _axe


@pytest.fixture(scope="module")
def platform_settings():
    """Outside services are simulated, so the test provider can be chosen; payment files need an account that pays."""
    bank = {"IBAN": "DE02120300000000202051", "BIC": "BYLADEM1001", "NAME": "Harbour Street Records"}
    own = {f"MAXBOOSTER_BILLING_BANK_TRANSFER__{name}": value for name, value in bank.items()}
    return {"MAXBOOSTER_SANDBOX__ENABLED": "true"} | own


ALL_SIZES = SIZES | {"small": {"width": 360, "height": 740}}
TWO_SIZES = {name: SIZES[name] for name in ("desktop", "phone")}


async def _seen(seat, name, sizes=ALL_SIZES):
    """A picture at every size in both themes, nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size, viewport in sizes.items():
        await seat.page.set_viewport_size(viewport)
        for theme in ("dark", "light"):
            await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            await seat.page.wait_for_timeout(100)
            await seat.page.screenshot(path=SCREENS / f"money-{name}-{size}-{theme}.png", full_page=True)
            assert await _axe(seat.page) == [], f"{name}, {size}, {theme}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await seat.page.set_viewport_size(SIZES["desktop"])


async def _add_payee(page, name):
    await page.get_by_role("button", name="Add payee").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Payment method").select_option("test")
    assert await page.locator("form input").count() == 1, "the form asks for what only tests need"
    assert await _axe(page) == []
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.locator(".what", has_text=name).wait_for()


BEHAVE = """async ([name, destination]) => {
    const {csrf} = await (await fetch("/api/core/session")).json()
    const {items} = await (await fetch("/api/billing/payees")).json()
    const {id, provider, version} = items.find(each => each.name === name)
    const headers = {"content-type": "application/json", "x-csrf-token": csrf}
    const body = JSON.stringify({name, provider, version, destination})
    return (await fetch(`/api/billing/payees/${id}`, {method: "PUT", headers, body})).status
}"""


async def _earn(platform, page, currency, shares):
    """What a store owes, split among payees: name → minor units."""
    me = await page.evaluate("fetch('/api/core/session').then(a => a.json())")
    rows = await page.evaluate("fetch('/api/billing/payees').then(a => a.json()).then(page => page.items)")
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
        const {items: files} = await (await fetch("/api/core/files")).json()
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
    await page.locator("li", has_text="Deezer").get_by_text("· 2 lines · 2 lines in suspense").wait_for()
    await page.locator("li", has_text="Deezer").get_by_text("€4.15", exact=True).first.wait_for()
    assert await page.evaluate(IMPORT, [STATEMENT.replace("10,0.02", "many,0.02"), "tidal"]) == 202
    await page.locator("li", has_text="Tidal").get_by_text("line 3, column 'Quantity': 'many'").wait_for()


async def _money_arrives(page):
    """A part of what a store owes, after a slip of the pen."""
    await page.get_by_role("button", name="Record payment from Spotify: €1,646.08").click()
    for wrong in ("much", "12.345"):
        await page.get_by_label("Amount in EUR").fill(wrong)
        await page.get_by_role("button", name="Record", exact=True).click()
        await page.get_by_text("Enter an amount such as 1646.08.").wait_for()
    assert await _axe(page) == []
    await page.get_by_label("Amount in EUR").fill("1600")
    await page.get_by_label("Bank reference").fill("SPOTIFY AB OCT")
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.locator("li", has_text="Spotify").get_by_text("€46.08").wait_for()


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
    await _add_payee(page, "Nova Reyes")
    await _add_payee(page, "Northern Lights Publishing")
    assert await page.evaluate(BEHAVE, ["Northern Lights Publishing", "decline"]) == 204
    await _earn(platform, page, "EUR", {"Nova Reyes": 123_456, "Northern Lights Publishing": 41_152})
    await _earn(platform, page, "USD", {"Nova Reyes": 9_001, "Northern Lights Publishing": 20_000})
    await page.reload()
    await page.locator(".figure").get_by_text("€1,646.08").first.wait_for()
    await page.get_by_text("75% of what is owed").wait_for()
    await page.get_by_text("not arrived yet").first.wait_for()
    await page.get_by_text("no EUR has been recorded as received").first.wait_for()
    assert await page.get_by_role("button", name="Pay out").count() == 0
    await _money_arrives(page)
    await _pay(seat, "Nova Reyes", "€1,234.56", "drawer")
    await page.get_by_role("gridcell", name="Paid", exact=True).wait_for()
    await page.locator(".figure").get_by_text("€411.52").wait_for()
    await _pay(seat, "Northern Lights Publishing", "€365.44")
    await page.get_by_role("gridcell", name="Failed: The receiver's account is closed.").first.wait_for()
    await page.get_by_role("button", name="Change how Northern Lights Publishing is paid").click()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Test provider (moves no money) · decline").wait_for()
    await page.get_by_label("Search entries").fill("northern eur")
    await page.get_by_role("gridcell", name="Northern Lights Publishing · owed").wait_for()
    await page.get_by_label("Search entries").fill("")
    await page.get_by_label("Search entries").blur()
    await _statements(page)
    await page.get_by_role("button", name="Record payment from Deezer").click()
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.get_by_text("€4.15 from Deezer was recorded.").wait_for()
    await _seen(seat, "paid")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export CSV").click()
    book = (await (await downloading.value).path()).read_text("utf-8")
    assert "Spotify, October 2026" in book
    assert seat.complaints == []


async def _add_bank_payee(page, name, iban):
    await page.get_by_role("button", name="Add payee").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Payment method").select_option("bank_transfer")
    await page.get_by_label("IBAN").fill(iban)
    await page.get_by_label("Account holder").fill(name)
    await page.get_by_role("button", name="Add", exact=True).click()


async def _arrive(page, amount):
    await page.get_by_role("button", name=f"Record payment from Spotify: {amount}").click()
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.get_by_text(f"{amount} from Spotify was recorded.").wait_for()


@pytest.mark.slow
async def test_payouts_go_to_the_bank_in_a_file_and_end_as_the_bank_says(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "finance@example.org", "Harbour Street")
    await seat.go("/billing/transfers")
    await page.get_by_text("No bank transfers yet").wait_for()
    await _seen(seat, "transfers-none", TWO_SIZES)
    await seat.go("/money")
    await _add_bank_payee(page, "Ada Marrow", "TR330006100519786457841326")
    await page.get_by_text("SEPA transfers don't reach accounts in TR.").wait_for()
    await page.get_by_label("IBAN").fill("NL91ABNA0417164300")
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.locator(".what", has_text="Ada Marrow").wait_for()
    await _add_bank_payee(page, "Ivo Marrow", "DE89370400440532013000")
    await page.locator(".what", has_text="Ivo Marrow").wait_for()
    await _earn(platform, page, "EUR", {"Ada Marrow": 74_250, "Ivo Marrow": 35_775})
    await _earn(platform, page, "USD", {"Ada Marrow": 12_000})
    await page.reload()
    await _arrive(page, "€1,100.25")
    await page.get_by_text("Bank transfers here are SEPA transfers, which are in EUR only, not in USD.").wait_for()
    assert await page.get_by_role("button", name="Pay out $").count() == 0
    await _seen(seat, "other-currency", TWO_SIZES)
    await _pay(seat, "Ada Marrow", "€742.50")
    await _pay(seat, "Ivo Marrow", "€357.75")
    await page.get_by_role("gridcell", name="On its way").nth(1).wait_for()

    await page.get_by_text("Waiting for a payment file: 2 transfers, €1,100.25").wait_for()
    await _seen(seat, "waiting", TWO_SIZES)
    await page.get_by_role("link", name="Go to bank transfers").click()
    await page.get_by_text("Waiting for a file").first.wait_for()
    await page.get_by_role("button", name="Create payment file").click()
    await page.get_by_text("2 not marked yet").wait_for()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download the file").click()
    written = (await (await downloading.value).path()).read_text("utf-8")
    assert "pain.001.001.09" in written
    assert "NL91ABNA0417164300" in written
    await page.get_by_role("button", name="Rejected: Ivo Marrow").click()
    await page.get_by_label("What the bank said").fill("AC04: account closed")
    await _seen(seat, "transfers-rejecting", TWO_SIZES)
    await page.get_by_role("button", name="Mark as rejected").click()
    await page.get_by_text("Rejected: AC04: account closed").wait_for()
    await page.get_by_role("button", name="Executed at the bank").click()
    await page.locator("mb-confirm dd", has_text="€742.50").wait_for()
    await page.get_by_role("button", name="Mark €742.50 as executed").click()
    await page.get_by_text("1 executed · 1 rejected").wait_for()
    await _seen(seat, "transfers-done", TWO_SIZES)
    await seat.go("/money")
    await page.get_by_role("gridcell", name="Paid", exact=True).wait_for()
    await page.get_by_role("gridcell", name="Failed: AC04: account closed.").wait_for()
    await page.get_by_role("gridcell", name="Payout to Ada Marrow: Bank transfer, NL").first.wait_for()
    assert [each for each in seat.complaints if "422" not in each] == []


@pytest.mark.slow
async def test_a_payout_says_which_royalties_it_comes_from(platform, seats):
    """What the catalog's family shows in the drawer, which is billing's."""
    seat = await seats()
    page = seat.page
    await seat.register(platform, "comes-from@example.org", "Nova Reyes")
    payee = {"name": "Ana Lind", "provider": "test", "destination": ""}
    ana = await page.evaluate(CALL, ["POST", "/api/billing/payees", payee])
    release = await page.evaluate(CALL, ["POST", "/api/distribution/releases", RELEASE])
    split = {"shares": [{"payee": ana["id"], "parts": 1}], "whole": 1}
    await page.evaluate(CALL, ["PUT", f"/api/distribution/releases/{release['id']}/splits", split])
    assert await page.evaluate(IMPORT, [STATEMENT.replace("1200,4.12", "1200,684.12"), "deezer"]) == 202
    await seat.go("/money")
    await page.get_by_role("button", name="Record payment from Deezer").click()
    await page.get_by_role("button", name="Record", exact=True).click()
    await page.get_by_role("button", name="Pay out €684.15 to Ana Lind").click()
    royalties = page.locator("mb-billing-drawer section", has=page.get_by_role("heading", name="Latest royalties"))
    await royalties.get_by_text("€684.15").wait_for()
    await _seen(seat, "royalties", TWO_SIZES)
    await royalties.get_by_role("link", name="Deezer").click()
    await page.get_by_role("heading", name="Lines of Ana Lind").wait_for()
    assert seat.complaints == []
