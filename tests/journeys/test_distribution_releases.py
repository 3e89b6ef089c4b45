"""A release is described, what outlets would refuse is seen while typing, and it is kept as a draft."""

from __future__ import annotations

import pytest

from tests.distribution.conftest import COVER, wav

from .test_web_pages import SCREENS, SIZES, _axe


@pytest.fixture(scope="module", autouse=True)
def sandbox():
    """Outlets are simulated in this module's platform."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"ENABLED": "true", "ANSWER_AFTER_S": "0.2", "LIVE_AFTER_S": "0.2", "POLL_S": "0.2"}.items():
            patch.setenv(f"MAXBOOSTER_SANDBOX__{name}", value)
        yield


async def _seen(seat, name):
    """A picture at two sizes, dark and light, nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for (size, shape), theme in zip(SIZES.items(), ("dark", "light"), strict=True):
        await seat.page.set_viewport_size(shape)
        await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        await seat.page.wait_for_timeout(150)
        await seat.page.screenshot(path=SCREENS / f"releases-{name}-{size}.png", full_page=True)
        assert await _axe(seat.page) == [], f"{name}, {size}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name}, {size}"
    await seat.page.set_viewport_size(SIZES["desktop"])
    await seat.page.evaluate("document.documentElement.dataset.theme = 'dark'")


@pytest.mark.slow
async def test_a_release_is_described_and_what_is_wrong_is_seen_while_typing(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "releases@example.org", "Nova Reyes")
    await seat.go("/releases")
    await page.get_by_text("Create your first release").wait_for()
    await _seen(seat, "empty")

    await page.get_by_role("button", name="New release").click()
    title = page.get_by_label("Title", exact=True).first
    await title.fill("HARBOUR LIGHTS (feat. Ines Moreau)")
    await page.get_by_label("Artists").fill("Nova Reyes")
    await page.get_by_label("Release date", exact=True).fill("2027-03-05")
    await page.get_by_label("℗ Recording").fill("2026 Harbour Records")
    await page.get_by_label("Genre").fill("Indie Pop")
    await page.get_by_role("button", name="Add track without audio").click()
    await page.get_by_role("button", name="Show all issues").click()
    await page.get_by_text("There is no cover.").wait_for()
    await page.get_by_text("The track has no master.").wait_for()
    await _seen(seat, "editor")

    while await page.get_by_role("button", name="Apply:").count():
        await page.get_by_role("button", name="Apply:").first.click()
        await page.wait_for_timeout(700)
    await title.fill("Harbour Lights")
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_role("heading", name="Harbour Lights").wait_for()
    await page.get_by_text("Nova Reyes").first.wait_for()
    await page.get_by_text("issues to fix", exact=False).first.wait_for()
    await _seen(seat, "draft")

    await seat.go("/releases")
    await page.get_by_role("link", name="Harbour Lights").wait_for()
    await _seen(seat, "list")
    assert seat.complaints == []


async def _history(page):
    """When each state came, found by days; and the way down from a single store."""
    await page.locator("mb-releases-outlet time").first.wait_for()
    await page.get_by_label("From", exact=True).fill("2100-01-01")
    await page.get_by_text("0 of 3", exact=True).wait_for()
    await page.get_by_role("button", name="Clear").click()
    await page.get_by_role("button", name="Take down from Deezer…").click()
    await page.get_by_role("button", name="Cancel").click()


async def _discard(seat):
    """What was edited after it was sent is shown, and given up by name; stores keep what they have."""
    page = seat.page
    await page.get_by_role("link", name="Edit", exact=True).click()
    await page.get_by_label("Genre").fill("Techno")
    await page.get_by_role("button", name="Save", exact=False).first.click()
    await page.get_by_text("1 change since this was sent to Audiomack, Deezer and Spotify").click()
    await page.get_by_text("Electronic → Techno").wait_for()
    await _seen(seat, "unsent")
    await page.get_by_role("button", name="Discard changes…").click()
    await page.locator("mb-confirm").get_by_text("Genre: Techno, back to Electronic").wait_for()
    await page.locator("mb-confirm").get_by_text("Splits stay as they are").wait_for()
    await _seen(seat, "discarding")
    await page.get_by_role("button", name="Discard 1 change").click()
    await page.get_by_text("Changes discarded.").wait_for()
    await page.get_by_text("Electronic", exact=True).first.wait_for()
    await page.get_by_text("since this was sent").wait_for(state="detached")


async def _public_page(seat, seats):
    """It's turned on, and somebody who has no cookie sees it, by its short link; nothing is loaded from elsewhere."""
    page = seat.page
    await page.get_by_role("button", name="Turn on public page").click()
    short = page.locator("mb-releases-public li").nth(1).get_by_role("link")
    await short.wait_for()
    await page.locator("mb-releases-public").scroll_into_view_if_needed()
    await _seen(seat, "public-on")
    stranger = await seats()
    asked: list[str] = []
    stranger.page.on("request", lambda request: asked.append(request.url))
    await stranger.page.goto(await short.get_attribute("href"))
    await stranger.page.get_by_role("heading", name="Harbour Lights").wait_for()
    assert await stranger.page.get_by_role("img", name="Cover of").evaluate("image => image.naturalWidth") == 600
    assert await stranger.page.get_by_role("link", name="Spotify").get_attribute("href")
    for (size, shape), scheme in zip(SIZES.items(), ("dark", "light"), strict=True):
        await stranger.page.set_viewport_size(shape)
        await stranger.page.emulate_media(color_scheme=scheme)
        await stranger.page.screenshot(path=SCREENS / f"releases-public-{size}.png", full_page=True)
        assert await _axe(stranger.page) == [], size
        assert await stranger.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
    assert await stranger.context.cookies() == []
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {stranger.base.split("/")[2]}
    assert stranger.complaints == []
    return stranger


async def _take_down(seat, public):
    """From all stores; the public page goes with it."""
    page = seat.page
    await page.locator(".actions").get_by_role("button", name="Take down…").click()
    await page.get_by_role("button", name="Take down from 3 stores").click()
    await page.get_by_role("button", name="Reinstate on Spotify…").wait_for()
    await page.locator("mb-releases-overview li").get_by_text("Taken down", exact=True).last.wait_for()
    await _seen(seat, "down")
    await public.page.reload()
    await public.page.get_by_role("heading", name="This is no longer public").wait_for()


@pytest.mark.slow
async def test_a_release_is_sent_goes_live_and_is_taken_down(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "sending@example.org", "Nova Reyes")
    await seat.go("/releases/new")
    await page.get_by_label("Title", exact=True).fill("HARBOUR LIGHTS")
    await page.get_by_label("Artists").fill("Nova Reyes")
    await page.get_by_label("Release date", exact=True).fill("2027-03-05")
    await page.get_by_label("Label", exact=True).fill("Harbour Records")
    await page.get_by_label("Genre").fill("Electronic")
    await page.get_by_label("℗ Recording").fill("2026 Harbour Records")
    await page.get_by_label("© Artwork").fill("2026 Harbour Records")
    await page.get_by_label("UPC").fill("036000291452")
    await page.get_by_role("button", name="Upload a file: Cover").click()
    picture = {"name": "cover.png", "mimeType": "image/png", "buffer": COVER}
    await page.locator(".side mb-upload input[type=file]").set_input_files(picture)
    await page.get_by_role("img", name="Cover").wait_for()
    master = {"name": "01 Harbour Lights.wav", "mimeType": "audio/wav", "buffer": wav(1.0)}
    await page.locator("mb-upload input[type=file]").set_input_files(master)
    await page.get_by_label("Lyrics language").select_option("en")
    assert await page.get_by_label("Title", exact=True).nth(1).input_value() == "Harbour Lights"
    await page.get_by_label("ISRC").fill("QZES92600001")
    await page.get_by_text("1 issue to fix before").wait_for()
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_text("Sandbox: stores are simulated").wait_for()
    await page.get_by_text("Keep as is…").click()
    await page.get_by_label("Why is this right?").fill("The band spells it so.")
    await _seen(seat, "keep")
    await page.get_by_role("button", name="Keep as is").click()
    await page.get_by_text("Kept as is: The band spells it so.").wait_for()
    await page.screenshot(path=SCREENS / "releases-ready.png", full_page=True)
    await page.get_by_role("button", name="Send to 3 stores…").click()
    asked = page.locator("mb-confirm")
    said = (
        "Single, 1 track",
        "Audiomack, Deezer and Spotify",
        "5 Mar 2027",
        "Ready in stores",
        "Worldwide · Subscription",
        "Held back for",
    )
    for each in said:
        await asked.get_by_text(each).wait_for()
    await _seen(seat, "sending")
    await asked.get_by_role("button", name="Send to 3 stores").click()
    for outlet in ("Spotify", "Deezer", "Audiomack"):
        await page.get_by_text(f"Ready on {outlet} · goes live Mar 5, 2027").wait_for()
    await page.get_by_role("button", name="Spotify").first.click()
    await page.locator("mb-releases-outlet").get_by_text("Packaged and validated").wait_for()
    await _seen(seat, "live")
    await _history(page)
    await _discard(seat)
    public = await _public_page(seat, seats)
    await _take_down(seat, public)
    await page.get_by_role("button", name="Reinstate on Spotify…").click()
    await page.get_by_role("button", name="Reinstate", exact=True).click()
    await page.get_by_text("Ready on Spotify").wait_for()
    assert seat.complaints == []
