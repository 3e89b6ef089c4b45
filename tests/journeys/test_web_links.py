"""A short link: created, followed by a stranger, seen in its numbers, turned off, deleted."""

from __future__ import annotations

import httpx
import pytest

from .test_web_pages import SCREENS, SIZES, _axe


@pytest.mark.slow
async def test_create_a_link_see_who_follows_it_turn_it_off_and_delete_it(platform, seats):
    nova = await seats()
    await nova.register(platform, "links@example.org", "Nova")
    page = nova.page
    await page.get_by_role("link", name="Short links").click()
    await page.get_by_text("No short links yet").wait_for()
    await page.get_by_role("button", name="New link").click()
    await page.get_by_label("Leads to").fill("ftp://example.com/tour")
    await page.get_by_role("button", name="Create link").click()
    await page.get_by_text("http").first.wait_for()
    await page.get_by_label("Leads to").fill("https://example.com/tour")
    await page.get_by_label("What it’s for").fill("Posters in Malmö")
    await page.get_by_role("button", name="Create link").click()
    await page.get_by_text("Nobody has followed it yet.").wait_for()
    url = await page.locator("section a").get_attribute("href")
    async with httpx.AsyncClient() as stranger:
        followed = await stranger.get(
            url, headers={"user-agent": "Mozilla/5.0 (X11; Linux)", "referer": "https://blog.example/x"}
        )
        assert followed.headers["location"] == "https://example.com/tour"
    await page.wait_for_timeout(2500)  # clicks are stored every two seconds
    await page.reload()
    await page.get_by_role("row", name="Posters in Malmö").click()
    await page.get_by_text("blog.example").wait_for()
    await _seen(nova)
    await page.get_by_role("button", name="Turn off").click()
    await page.get_by_role("button", name="Turn on").wait_for()
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(url)).status_code == 410
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("What it’s for").fill("Posters in Lund")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("row", name="Posters in Lund").wait_for()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_role("button", name="Delete link").click()
    await page.get_by_text("No short links yet").wait_for()
    assert [each for each in nova.complaints if "422" not in each] == []


async def _seen(seat) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size, shape in SIZES.items():
        await seat.page.set_viewport_size(shape)
        for theme in ("dark", "light"):
            await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            await seat.page.wait_for_timeout(100)
            await seat.page.screenshot(path=SCREENS / f"links-{size}-{theme}.png", full_page=True)
            assert await _axe(seat.page) == [], f"{size}, {theme}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
    await seat.page.set_viewport_size(SIZES["desktop"])
