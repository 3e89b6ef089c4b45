"""A label gives its artists accounts of their own, and sees all of them on one page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PICTURES = os.environ.get("MAXBOOSTER_TEST_PICTURES")


@pytest.mark.slow
async def test_two_artists_get_accounts_and_their_releases_are_seen_side_by_side(platform, seats):
    nova = await seats()
    page = nova.page
    await nova.register(platform, "label@example.org", "Quay Street")
    assert await page.get_by_role("navigation", name="Main").get_by_role("link", name="Artists").count() == 0
    await page.goto(f"{platform.base}/artists")
    await page.get_by_text("No artists have an account here yet").wait_for()
    for name in ("Mira", "Anton"):
        await page.get_by_role("button", name="Add an artist’s account").click()
        await page.get_by_label("Name of the artist or project").fill(name)
        await page.get_by_role("button", name="Create account").click()
        await page.get_by_text(f"{name} has an account of their own now.").wait_for()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Artists").wait_for()

    await page.get_by_role("link", name="People").click()
    await page.get_by_role("row", name="Mira").wait_for()
    await page.get_by_role("row", name="Mira").dblclick()
    await page.get_by_role("heading", name="Team").wait_for()
    await page.goto(f"{platform.base}/releases/new")
    await page.get_by_label("Title").first.fill("Night Ferry")
    await page.get_by_role("button", name="Save").first.click()
    await page.wait_for_url("**/releases/0*")

    await page.get_by_role("button", name="Mira").click()
    await page.get_by_role("button", name="Quay Street owner").click()
    await page.wait_for_url("**/home")
    await page.goto(f"{platform.base}/artists/distribution.releases")
    row = page.get_by_role("row", name="Night Ferry")
    await row.wait_for()
    assert "Mira" in await row.inner_text()
    assert "Draft" in await row.inner_text()
    await _pictures(page)
    assert nova.complaints == []


async def _pictures(page) -> None:
    if not PICTURES:
        return
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for width, height in ((1440, 900), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.screenshot(path=Path(PICTURES) / f"artists-{scheme}-{width}.png")
