"""A wrong statement is imported and undone, the right one takes its place, lines in suspense are assigned, and splits
are edited: what a label sees."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from .test_web_pages import SCREENS, SIZES, _axe

CALL = """async ([method, path, body]) => {
    const me = await (await fetch("/api/core/session")).json()
    const headers = {"content-type": "application/json", "x-csrf-token": me.csrf}
    const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)})
    if (!answer.ok) throw new Error(path + ": " + await answer.text())
    const text = await answer.text()
    return text && JSON.parse(text)
}"""
LINES = {"p_line": {"year": 2026, "text": "Quay Street"}, "c_line": {"year": 2026, "text": "Quay Street"}}
RELEASE = LINES | {
    "kind": "ep",
    "title": "Harbour Lights",
    "credits": [{"name": "Nova Lane", "role": "MainArtist"}],
    "label": "Quay Street",
    "genre": "Electronic",
    "release_date": "2027-06-04",
    "tracks": [
        {"title": "Harbour", "language": "en", "isrc": "QZES92600001", "credits": []},
        {"title": "Long Quay", "language": "en", "isrc": "QZES92600002", "credits": []},
    ],
}
HEADER = "Sale Month,ISRC,Title,Artist,Store,Territory,Quantity,{},Currency\n"
SOLD = "2026-09,{isrc},{title},Nova Lane,Spotify,DE,{quantity},{amount},{currency}\n"


def statement(currency: str, header: str = "Net Amount") -> bytes:
    lines = [("QZES92600001", "Harbour", "684.12"), ("QZES92600003", "Long Quay", "20.50"), ("N/A", "Unknown", "3.25")]
    rows = [
        SOLD.format(isrc=isrc, title=title, quantity=100, amount=amount, currency=currency)
        for isrc, title, amount in lines
    ]
    return (HEADER.format(header) + "".join(rows)).encode()


def workbook(*sheets: str) -> bytes:
    """The statement in euros as Excel keeps it, amounts as numbers, on each of these sheets."""
    book = Workbook()
    book.remove(book.active)
    for title in sheets:
        sheet = book.create_sheet(title)
        for number, line in enumerate(statement("EUR").decode().splitlines()):
            cells = line.split(",")
            sheet.append(cells if number == 0 else [*cells[:6], int(cells[6]), float(cells[7]), *cells[8:]])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def _seen(seat, name):
    """A picture at two sizes in both themes, nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size, shape in SIZES.items():
        await seat.page.set_viewport_size(shape)
        for theme in ("dark", "light"):
            await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            await seat.page.wait_for_timeout(100)
            await seat.page.screenshot(path=SCREENS / f"royalties-{name}-{size}-{theme}.png", full_page=True)
            assert await _axe(seat.page) == [], f"{name}, {size}, {theme}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name}, {size}"
    await seat.page.set_viewport_size(SIZES["desktop"])


async def _upload(page, name: str, content: bytes, kind: str = "text/csv") -> None:
    await page.locator("mb-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )


async def _edit_a_split(seat):
    page = seat.page
    await page.get_by_role("link", name="Splits").click()
    await page.get_by_role("button", name="Add payees: Harbour").click()
    await page.get_by_label("Share in %").fill("60")
    await page.get_by_text("It adds up to 60%, not 100%.").wait_for()
    assert await page.get_by_role("button", name="Save split").is_disabled()
    await page.get_by_role("button", name="Add payee", exact=True).click()
    await page.get_by_label("Share in %").nth(1).fill("40")
    await _seen(seat, "splits")
    await page.get_by_role("button", name="Save split").click()
    await page.get_by_text("Ana Lind 60% · Bo Kern 40%").wait_for()
    await page.get_by_role("button", name="Edit: Harbour").click()
    await page.get_by_text("Replaces the split that counts from then.").wait_for()
    await page.get_by_label("For sales").select_option("2026-10")
    await page.get_by_label("Share in %").first.fill("50")
    await page.get_by_label("Share in %").nth(1).fill("50")
    await page.get_by_role("button", name="Save split").click()
    await page.get_by_text("Sales before Oct 2026: Ana Lind 60% · Bo Kern 40%").wait_for()
    await page.get_by_text("Sales from Oct 2026: Ana Lind 50% · Bo Kern 50%").wait_for()
    await _seen(seat, "split-months")


async def _import_and_undo(seat):
    page = seat.page
    await seat.go("/royalties/upload")
    await _upload(page, "wrong.csv", statement("USD"))
    await page.get_by_text("2 lines, US$23.75").wait_for()
    await _seen(seat, "preview")
    await page.get_by_role("button", name="Import US$707.87").click()
    await page.get_by_role("button", name="Undo statement…").wait_for()
    await page.get_by_text("earned US$410.472; a fraction").wait_for()
    await _seen(seat, "statement")
    await page.get_by_role("button", name="Undo statement…").click()
    await page.get_by_label("Reason, for the record").fill("Wrong currency")
    await _seen(seat, "undo")
    await page.get_by_role("button", name="Undo statement", exact=True).click()
    await page.get_by_text("Wrong currency").wait_for()


async def _import_after_a_question(seat):
    page = seat.page
    await seat.go("/royalties/upload")
    two = statement("EUR").replace(b"Currency\n", b"Currency,Royalty\n").replace(b"EUR\n", b"EUR,1.00\n")
    await _upload(page, "two.csv", two.replace(b"Quantity", b"Plays in all"))
    await page.get_by_text("Which column is the quantity?").wait_for()
    await page.get_by_text("The statement has none: every line counts as 0").wait_for()
    await page.get_by_label("Plays in all").click()
    await page.get_by_text("Which column is the amount?").wait_for()
    await _seen(seat, "question")
    await page.get_by_label("Net Amount").click()  # the question goes with its answer
    await page.get_by_text("€707.87").first.wait_for()
    await page.get_by_role("button", name="Import €707.87").click()
    await page.get_by_text("2 lines in suspense").first.wait_for()


async def _assign_and_undo(seat):
    page = seat.page
    await page.route("**/api/distribution/royalties/suspense?*", _more_waits)
    await page.get_by_role("link", name="Suspense", exact=True).click()
    await page.get_by_text("2 of 1,234 items are listed").wait_for()
    await page.unroute("**/api/distribution/royalties/suspense?*")
    await page.get_by_text("ISRC QZES92600001: one character is different").wait_for()
    await _seen(seat, "suspense")
    await page.get_by_role("link", name="Add payees to Long Quay").first.click()
    await page.get_by_role("form", name="Split of Long Quay").wait_for()
    await page.wait_for_function(f"() => ({FOCUSED})().includes('Payee')")
    await page.get_by_role("link", name="Suspense", exact=True).click()
    await page.get_by_role("button", name="Assign to Harbour").first.click()
    await page.get_by_role("heading", name="Assigned").wait_for()
    await page.get_by_label("Select all").check()
    await page.get_by_label("Assign 1 selected to").select_option(label="Harbour")
    await page.get_by_text("All allocated").wait_for()
    await page.get_by_role("button", name="Undo the assignment of Unknown").click()
    await page.get_by_role("button", name="Undo assignment").click()
    await page.get_by_label("Select Unknown").wait_for()


async def _more_waits(route):
    """As if the queue were longer than what is listed of it."""
    answer = await route.fetch()
    await route.fulfill(response=answer, json=await answer.json() | {"waiting": 1234})


async def _look_around(seat):
    page = seat.page
    await page.get_by_role("link", name="Statements", exact=True).click()
    await page.get_by_role("gridcell", name="1 line in suspense").wait_for()
    await _seen(seat, "statements")
    await page.get_by_role("link", name="Earnings", exact=True).click()
    await page.get_by_role("strong").filter(has_text="By month of sale, in EUR").wait_for()
    await (
        page.get_by_role("listitem")
        .filter(has_text="Spotify")
        .filter(has_text="€707.87")
        .filter(has_text="100%")
        .wait_for()
    )
    await page.get_by_label("Country", exact=True).check()
    await page.get_by_role("listitem").filter(has_text="Germany").wait_for()
    await page.get_by_label("Track", exact=True).check()
    await page.get_by_role("listitem").filter(has_text="Long Quay").filter(has_text="€20.50").wait_for()
    await _seen(seat, "earnings")
    await page.get_by_label("Month booked").check()
    await page.get_by_role("strong").filter(has_text="By month booked, in EUR").wait_for()
    await page.get_by_role("link", name="Payees", exact=True).click()
    await page.get_by_role("link", name="Ana Lind").click()
    await page.get_by_role("gridcell").get_by_role("link", name="Spotify").first.click()
    await page.get_by_role("heading", name="Lines of Ana Lind").wait_for()
    await _seen(seat, "lines")


@pytest.mark.slow
async def test_a_wrong_statement_is_undone_and_the_right_one_allocated(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "royalties@example.org", "Nova Reyes")
    await seat.go("/royalties")
    await page.get_by_text("Upload your first royalty statement").wait_for()
    await _seen(seat, "empty")
    for name in ("Ana Lind", "Bo Kern"):
        await page.evaluate(CALL, ["POST", "/api/billing/payees", {"name": name}])
    await page.evaluate(CALL, ["POST", "/api/distribution/releases", RELEASE])

    await _edit_a_split(seat)
    await _import_and_undo(seat)
    await _import_after_a_question(seat)
    await _assign_and_undo(seat)
    await _look_around(seat)
    assert [each for each in seat.complaints if "404" not in each] == []


@pytest.mark.slow
async def test_an_excel_statement_is_uploaded(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "excel@example.org", "Nova Reyes")
    await page.evaluate(CALL, ["POST", "/api/distribution/releases", RELEASE])
    await seat.go("/royalties/upload")
    await _upload(page, "september.xlsx", workbook("September", "Copy"), EXCEL)
    await page.get_by_text("Which sheet").first.wait_for()
    await _seen(seat, "sheet")
    await page.get_by_label("September").click()
    await page.get_by_text("€707.87").first.wait_for()
    await page.get_by_role("button", name="Import €707.87").click()
    await page.get_by_role("button", name="Undo statement…").wait_for()
    await page.get_by_text("september.xlsx").first.wait_for()
    assert [each for each in seat.complaints if "404" not in each] == []


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOCUSED = """() => {
    let focused = document.activeElement
    const said = []
    while (focused?.shadowRoot?.activeElement) {
        focused = focused.shadowRoot.activeElement
        if (focused.localName === "wa-button") said.push(focused.textContent)
    }
    said.push(focused?.getAttribute("aria-label"), focused?.textContent)
    said.push(...[...(focused?.labels ?? [])].map(({textContent}) => textContent))
    return said.join(" ").replace(/\\s+/g, " ")
}"""
MOST_STEPS = 120


async def _tab_to(page, name: str) -> None:
    """Tab, as somebody without a mouse does, until what is called so has the focus."""
    for _ in range(MOST_STEPS):
        await page.keyboard.press("Tab")
        if name in await page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{name!r} cannot be reached by Tab")


async def _press(page, name: str, key: str = "Enter") -> None:
    await _tab_to(page, name)
    await page.keyboard.press(key)


@pytest.mark.slow
async def test_a_statement_by_keyboard_alone(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "keyboard@example.org", "Nova Reyes")
    for name in ("Ana Lind", "Bo Kern"):
        await page.evaluate(CALL, ["POST", "/api/billing/payees", {"name": name}])
    await page.evaluate(CALL, ["POST", "/api/distribution/releases", RELEASE])
    await seat.go("/royalties")
    await page.get_by_text("Upload your first royalty statement").wait_for()

    await _press(page, "Splits")
    await page.get_by_role("button", name="Add payees: Harbour").wait_for()
    await _press(page, "Add payees: Harbour")
    await page.get_by_label("Share in %").wait_for()
    await _tab_to(page, "Share in %")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("100")
    await page.keyboard.press("Enter")
    await page.get_by_text("Ana Lind 100%").wait_for()
    assert "Edit: Harbour" in await page.evaluate(FOCUSED), "the focus is back where it was"

    await seat.go("/royalties/upload")
    await page.get_by_text("Drop a statement here").wait_for()
    async with page.expect_file_chooser() as choosing:
        await _press(page, "Choose a file")
    content = {"name": "one.csv", "mimeType": "text/csv", "buffer": statement("EUR")}
    await (await choosing.value).set_files(content)
    await page.get_by_text("2 lines, €23.75").wait_for()
    await _press(page, "Import €707.87")
    await page.get_by_text("2 lines, €23.75").wait_for()
    await _press(page, "2 lines, €23.75")
    await page.get_by_text("one character is different").first.wait_for()
    await _press(page, "Assign to Harbour")
    await page.get_by_role("heading", name="Assigned").wait_for()
    await _press(page, "Undo the assignment of Long Quay")
    await page.get_by_text("Undo the assignment of “Long Quay”?").wait_for()
    await _press(page, "Undo assignment")
    await page.get_by_label("Select Long Quay").wait_for()
    assert seat.complaints == []
