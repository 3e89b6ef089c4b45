"""A release is described, what outlets would refuse is seen while typing, and it is kept as a draft."""

from __future__ import annotations

from .test_web_pages import SCREENS, SIZES, _axe


async def _seen(seat, name):
    """A picture at two sizes, nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size, shape in SIZES.items():
        await seat.page.set_viewport_size(shape)
        await seat.page.wait_for_timeout(150)
        await seat.page.screenshot(path=SCREENS / f"releases-{name}-{size}.png", full_page=True)
        assert await _axe(seat.page) == [], f"{name}, {size}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name}, {size}"
    await seat.page.set_viewport_size(SIZES["desktop"])


async def test_a_release_is_described_and_what_is_wrong_is_seen_while_typing(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "releases@example.org", "Nova Reyes")
    await seat.go("/releases")
    await page.get_by_text("Your first release begins here").wait_for()
    await _seen(seat, "empty")

    await page.get_by_role("button", name="New release").click()
    title = page.get_by_label("Title", exact=True).first
    await title.fill("HARBOUR LIGHTS (feat. Ines Moreau)")
    await page.get_by_label("Artists").fill("Nova Reyes")
    await page.get_by_label("Release date").fill("2027-03-05")
    await page.get_by_label("℗ Recording").fill("2026 Harbour Records")
    await page.get_by_label("Genre").fill("Indie Pop")
    await page.get_by_role("button", name="Add a track without a master").click()
    await page.get_by_role("button", name="Show what is missing").click()
    await page.get_by_text("There is no cover.").wait_for()
    await page.get_by_text("The track has no master.").wait_for()
    await _seen(seat, "editor")

    while await page.get_by_role("button", name="Apply:").count():
        await page.get_by_role("button", name="Apply:").first.click()
        await page.wait_for_timeout(700)
    assert await title.input_value() == "Harbour Lights"
    await page.get_by_role("button", name="Save the draft").click()
    await page.get_by_role("heading", name="Harbour Lights").wait_for()
    await page.get_by_text("Nova Reyes").first.wait_for()
    await page.get_by_text("to mend", exact=False).first.wait_for()
    await _seen(seat, "draft")

    await seat.go("/releases")
    await page.get_by_role("link", name="Harbour Lights").wait_for()
    await _seen(seat, "list")
    assert seat.complaints == []
