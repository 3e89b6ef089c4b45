"""An ordinary day: files come, work is done, people are told; keys, other languages, wide screens, and leaving."""

from __future__ import annotations

import json

import pytest

from maxbooster.testing import PASSWORD

from .test_web_pages import SCREENS, SIZES, _axe

ARABIC = """
@hookimpl
def register_translations():
    texts = {
        "core.title": "ماكس بوستر",
        "shell.home": "الرئيسية",
        "home.title": "أهلاً يا {name}",
        "home.first": "الخطوات الأولى",
        "palette.search": "ابحث أو انتقل إلى …",
    }
    return {"ar": texts}
"""
PUBLISH = """async () => {
  const me = await (await fetch("/api/core/session")).json();
  const headers = { "x-csrf-token": me.csrf, "content-type": "application/json" };
  const songs = [{ title: "Halo", duration_s: 214 }];
  const body = JSON.stringify({ title: "Spring", venue: "Kitchen", played_on: "2030-01-01", songs });
  const made = await (await fetch("/api/setlist/setlists", { method: "POST", headers, body })).json();
  return (await fetch(`/api/setlist/setlists/${made.id}/publish`, { method: "POST", headers })).status;
}"""


@pytest.fixture(scope="module")
def plugins(plugins):
    plugins.install("arabic", ARABIC)
    return plugins


@pytest.mark.slow
async def test_what_is_done_is_told_at_the_bell_and_found_among_the_files(platform, seats):
    nova = await seats()
    await nova.register(platform, "day@example.org", "Nova Reyes")
    page = nova.page
    bell = page.locator("mb-bell")
    assert await page.evaluate(PUBLISH) in (200, 201, 204)
    await bell.get_by_role("button", name="Notifications, 1 unread").click()
    await bell.get_by_text("The stage sheet of “Spring” is printed").wait_for()
    await bell.get_by_role("button", name="Notifications").first.click()
    await page.get_by_role("progressbar", name="First steps").wait_for()
    assert await page.get_by_role("progressbar", name="First steps").get_attribute("aria-valuenow") == "1"

    await page.keyboard.press("g")
    await page.keyboard.press("f")
    row = page.get_by_role("row").filter(has_text="stage-sheet.txt")
    await row.wait_for()
    async with page.expect_download() as download:
        await row.get_by_role("link", name="stage-sheet.txt").click()
    assert (await download.value).suggested_filename == "stage-sheet.txt"
    await page.locator("mb-upload input[type=file]").set_input_files(
        {"name": "lyrics.txt", "mimeType": "text/plain", "buffer": b"la la la\n"}
    )
    await page.get_by_role("row").filter(has_text="lyrics.txt").wait_for()
    for name, size in {**SIZES, "wide": {"width": 2560, "height": 1440}}.items():
        await page.set_viewport_size(size)
        await page.screenshot(path=SCREENS / f"files-full-{name}.png")
        assert await _axe(page) == []
    await page.set_viewport_size(SIZES["desktop"])

    await page.get_by_role("grid").focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Delete…").click()
    await page.locator("mb-confirm").get_by_text("lyrics.txt").first.wait_for()
    await page.locator("mb-confirm").get_by_role("button", name="Delete file").click()
    await page.get_by_text("File deleted.").wait_for()
    await page.get_by_role("row").filter(has_text="lyrics.txt").wait_for(state="detached")

    await nova.go("/work")
    await page.get_by_label("Show every step").check()
    await page.get_by_role("row").filter(has_text="Printing a stage sheet").get_by_text("Done").wait_for()
    await page.screenshot(path=SCREENS / "work-full-desktop.png")
    await nova.go("/activity")
    await page.get_by_role("searchbox").fill("sheet")
    await page.get_by_role("row").filter(has_text="sheet printed").wait_for()
    await page.screenshot(path=SCREENS / "activity-full-desktop.png")
    await nova.go("/home")
    await page.get_by_text("The stage sheet of “Spring” is printed").wait_for()
    for name, size in {**SIZES, "wide": {"width": 2560, "height": 1440}}.items():
        await page.set_viewport_size(size)
        await page.screenshot(path=SCREENS / f"home-full-{name}.png")
    assert nova.complaints == []


@pytest.mark.slow
async def test_every_key_is_shown_and_goes_where_it_says(platform, seats):
    ada = await seats()
    await ada.register(platform, "keyed@example.org", "Ada")
    await ada.page.keyboard.press("?")
    shown = ada.page.get_by_role("dialog", name="Keyboard shortcuts")
    await shown.get_by_text("Go to Team").wait_for()
    assert await _axe(ada.page) == []
    await ada.page.keyboard.press("Escape")
    await shown.wait_for(state="detached")
    await ada.page.keyboard.press("g")
    await ada.page.keyboard.press("t")
    await ada.page.get_by_role("heading", name="Team").wait_for()
    assert ada.complaints == []


@pytest.mark.slow
async def test_a_language_from_the_right_turns_the_page(platform, seats):
    layla = await seats(locale="ar-EG")
    await layla.go("/login")
    await layla.log_in("nobody@example.org")
    ada = await seats()
    await ada.register(platform, "layla@example.org", "Layla")
    await layla.log_in("layla@example.org")
    await layla.page.get_by_text("أهلاً يا Layla").wait_for()
    assert await layla.page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == [
        "rtl",
        "ar-EG",
    ]
    side = await layla.page.locator("mb-side").bounding_box()
    assert side["x"] + side["width"] == 1440
    for name, size in SIZES.items():
        await layla.page.set_viewport_size(size)
        assert await layla.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert await _axe(layla.page) == []
        await layla.page.screenshot(path=SCREENS / f"home-rtl-{name}.png")


@pytest.mark.slow
async def test_leaving_asks_waits_and_can_be_taken_back(platform, seats):
    ben = await seats()
    await ben.register(platform, "ben@example.org", "Ben")
    page = ben.page
    await ben.go("/profile")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download your data").click()
    held = json.loads((await (await download.value).path()).read_text("utf-8"))
    assert "ben@example.org" in json.dumps(held)
    await page.get_by_role("button", name="Delete login…").click()
    asking = page.locator("mb-confirm")
    await asking.get_by_text("Every account that only you belong to").wait_for()
    await asking.get_by_role("button", name="Delete login").click()
    await page.get_by_text("Your login will be deleted on").wait_for()
    await page.get_by_role("button", name="Cancel deletion").click()
    await page.get_by_role("button", name="Delete login…").wait_for()
    assert ben.complaints == []
    assert PASSWORD not in json.dumps(held)
