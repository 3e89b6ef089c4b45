"""A stranger signs up on a release's page, confirms and leaves; the artist sees it, and imports others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from maxbooster_sandbox.demo.api import Api
from maxbooster_sandbox.demo.running import Login
from tests.distribution.conftest import COVER, REGISTRANT, RELEASES, described, wav

from .conftest import PASSWORD
from .test_web_pages import SCREENS, SIZES, _axe

FAN = "fan@fans.example"
FITS = """() => {
  const page = document.documentElement;
  return page.scrollWidth <= innerWidth && page.scrollHeight <= innerHeight;
}"""


@pytest.fixture(scope="module")
def platform_settings() -> dict[str, str]:
    quick = {"ENABLED": "true", "ANSWER_AFTER_S": "0.2", "LIVE_AFTER_S": "0.2", "POLL_S": "0.2"}
    return {f"MAXBOOSTER_SANDBOX__{name}": value for name, value in quick.items()}


def live_release(platform, email, folder) -> str:
    """The id of a release that is live at a simulated store."""
    api = Api(platform.base)
    api.log_in(Login(email, PASSWORD))
    (folder / "song.wav").write_bytes(wav())
    (folder / "cover.png").write_bytes(COVER)
    api.put("/api/distribution/registrant", REGISTRANT)
    release = described(cover=api.upload(folder / "cover.png"))
    release["tracks"][0]["audio"] = api.upload(folder / "song.wav")
    id = api.post(RELEASES, release)["id"]
    api.post(f"{RELEASES}/{id}/identifiers")
    api.post(f"{RELEASES}/{id}/submit", {"outlets": ["spotify"]})

    def is_live() -> bool:
        return all(each["state"] == "live" for each in api.get(f"{RELEASES}/{id}/deliveries")["deliveries"])

    api.until("the release", is_live)
    return id


async def seen(page, name, *, themed=False):
    """At two sizes, each dark and light: nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size, shape in SIZES.items():
        await page.set_viewport_size(shape)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            if themed:
                await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            await page.wait_for_timeout(150)
            await page.screenshot(path=SCREENS / f"audience-{name}-{size}-{theme}.png", full_page=True)
            assert await _axe(page) == [], f"{name}, {size}, {theme}"
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name}, {size}"
    await page.set_viewport_size(SIZES["desktop"])


async def link(platform, what) -> str:
    text = await platform.email(FAN, "Confirm your sign-up")
    found = re.search(rf"http\S+/p/audience/{what}/\S+", text)
    assert found
    return found.group(0)


async def turned_on(platform, artist, tmp_path) -> tuple[str, str]:
    """The release, and the address of its page, which takes sign-ups."""
    page = artist.page
    release = await asyncio.to_thread(live_release, platform, "audience@example.org", tmp_path)
    await artist.go(f"/releases/{release}")
    await page.get_by_role("button", name="Turn on public page").click()
    await page.get_by_role("button", name="Turn on sign-up form").click()
    await page.get_by_role("button", name="Turn off sign-up form").wait_for()
    public = page.locator("mb-releases-public li").first.get_by_role("link")
    address = await public.get_attribute("href")
    await page.locator("mb-releases-public").scroll_into_view_if_needed()
    await page.screenshot(path=SCREENS / "audience-release.png")
    return release, address


async def sign_up(platform, fan, address) -> None:
    """And confirm."""
    await fan.page.goto(address)
    await fan.page.get_by_role("heading", name="Hear about new music by Nova Lane").wait_for()
    await seen(fan.page, "form")
    await fan.page.get_by_label("Email").fill(FAN)
    await fan.page.get_by_role("button", name="Sign up").click()
    await fan.page.get_by_role("heading", name="Check your email").wait_for()
    await seen(fan.page, "signed-up")
    await fan.page.get_by_role("link", name="Back to the page").click()
    await fan.page.get_by_role("heading", name="Hear about").wait_for()

    await fan.page.goto(await link(platform, "confirm"))
    await fan.page.get_by_text("Nova Lane may email me about new music").wait_for()
    await seen(fan.page, "confirm")
    await fan.page.get_by_role("button", name="Confirm").click()
    await fan.page.get_by_role("heading", name="on the list").wait_for()
    assert await fan.context.cookies() == []


async def import_contacts(page, tmp_path) -> None:
    await page.get_by_role("button", name="Import contacts").click()
    file = tmp_path / "fans.csv"
    file.write_text("email,name\nann@fans.example,Ann\nnobody,\nann@fans.example,Ann\n")
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_label("Where did these people agree").fill("On paper at our shows in 2026")
    await seen(page, "import", themed=True)
    await page.get_by_role("button", name="Import contacts").click()
    await page.get_by_text("1 contact imported.").wait_for()
    await page.get_by_text("Line 3: nobody").wait_for()
    await page.get_by_role("row", name="ann@fans.example").wait_for()
    await seen(page, "imported", themed=True)


async def write_email(platform, artist) -> None:
    """To everybody who confirmed, after a look at it and a test."""
    page = artist.page
    await artist.go("/audience/write")
    await page.get_by_label("Your postal address").fill("Nova Lane\n1 Quay Street\nPortland")
    await seen(page, "address", themed=True)
    await page.get_by_role("button", name="Save address").click()
    await page.get_by_label("Subject").fill("Nightfall is out")
    await page.get_by_label("Text", exact=True).fill("**Nightfall** is out today.\n\nhttps://example.org/nightfall")
    await page.get_by_text("2 people get it.").wait_for()
    await page.locator(".mail strong", has_text="Nightfall").first.wait_for()
    await page.locator(".mail footer", has_text="1 Quay Street").wait_for()
    await seen(page, "write", themed=True)
    await page.get_by_role("button", name="Send me a test").click()
    await page.get_by_text("A test is on its way to audience@example.org.").wait_for()
    assert "1 Quay Street" in await platform.email("audience@example.org", "[Test] Nightfall is out")

    await page.get_by_label("Or later").fill("2031-06-01T18:00")
    await page.get_by_role("button", name="Schedule").click()
    await page.locator("mb-confirm").get_by_role("button", name="Schedule email").click()
    await page.get_by_text("Scheduled for").wait_for()
    await page.get_by_role("button", name="Cancel email").click()
    await page.locator("mb-confirm").get_by_role("button", name="Cancel email").click()
    await page.get_by_text("Canceled", exact=False).first.wait_for()

    await page.get_by_role("link", name="Use again").click()
    await page.get_by_text("2 people get it.").wait_for()
    await page.get_by_role("button", name="Send now").click()
    await page.locator("mb-confirm").get_by_role("button", name="Send email").click()
    await page.get_by_text("2 of 2 sent").wait_for()
    await seen(page, "emails", themed=True)
    assert "Nightfall" in await platform.email(FAN, "Nightfall is out")


async def leave_everything(platform, fan) -> None:
    text = await platform.email(FAN, "Nightfall is out")
    await fan.page.goto(re.search(r"http\S+/p/audience/unsubscribe/\S+", text).group(0))
    await fan.page.get_by_role("heading", name="Unsubscribe?").wait_for()
    await seen(fan.page, "unsubscribe")
    await fan.page.get_by_label("All email from Nova Lane").check()
    await fan.page.get_by_role("button", name="Unsubscribe").click()
    await fan.page.get_by_role("heading", name="unsubscribed").wait_for()
    await seen(fan.page, "unsubscribed")


async def see_who_gets_nothing(artist) -> None:
    page = artist.page
    await artist.go("/audience/emails")
    await page.get_by_text("1 unsubscribed").wait_for()
    await artist.go("/audience/suppressed")
    await page.get_by_role("row", name=FAN).first.wait_for()
    await page.get_by_label("Look up an address").fill("angry@fans.example")
    await page.get_by_role("button", name="Look up").click()
    await page.get_by_text("Nothing keeps angry@fans.example").wait_for()
    await page.get_by_role("button", name="Add address").click()
    await page.get_by_role("textbox", name="Email").fill("angry@fans.example")
    await page.get_by_label("Note").fill("Wrote to us on November 30")
    await seen(page, "suppress", themed=True)
    await page.get_by_role("button", name="Stop email to this address").click()
    await page.get_by_text("Address not kept").wait_for()
    await page.get_by_label("Look up an address").fill("angry@fans.example")
    await page.get_by_role("button", name="Look up").click()
    await (
        page.get_by_role("list", name="angry@fans.example")
        .or_(page.locator("ul[aria-label='angry@fans.example']"))
        .first.wait_for()
    )
    await seen(page, "suppressed", themed=True)


@contextmanager
def blog(html: str) -> Iterator[str]:
    """A site of somebody else's, of one page."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


async def look_at_frames(page) -> None:
    """Each fits into its height, at either size."""
    assert len(page.frames) == 3
    for size, shape in SIZES.items():
        await page.set_viewport_size(shape)
        for frame in page.frames[1:]:
            await frame.get_by_role("heading", name="Harbour B").wait_for()
            assert await frame.evaluate(FITS), f"{frame.url}, {size}"
        await page.screenshot(path=SCREENS / f"audience-embedded-{size}.png")
        assert await _axe(page) == [], f"embedded, {size}"
    await page.set_viewport_size(SIZES["desktop"])


async def dress_and_embed(artist, fan, release, address) -> None:
    """The artist's colors, and the page in a frame of somebody else's site."""
    page = artist.page
    await artist.go(f"/releases/{release}")
    await page.get_by_text("Colors", exact=True).click()
    await page.get_by_label("Accent").fill("#7a1fa2")
    await page.get_by_label("Background").select_option("dark")
    await page.get_by_role("button", name="Save colors").click()
    await page.get_by_text("Saved.").wait_for()
    await page.get_by_text("Embed on another site").click()
    codes = [await each.inner_text() for each in await page.locator("mb-releases-public code").all()]
    assert len(codes) == 2
    await page.locator("mb-releases-public").scroll_into_view_if_needed()
    await seen(page, "release-embed", themed=True)
    await fan.page.goto(address)
    await seen(fan.page, "themed")
    assert await fan.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 15, 17)"

    with blog(
        f"<!doctype html><html lang=en><title>Blog</title><main><h1>Blog</h1>{'<br>'.join(codes)}</main>"
    ) as there:
        await fan.page.goto(there)
        await look_at_frames(fan.page)
    assert await fan.context.cookies() == []


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_stranger_signs_up_and_leaves_and_the_artist_sees_it(platform, seats, tmp_path):
    artist, fan = await seats(), await seats()
    await artist.register(platform, "audience@example.org", "Nova Lane")
    page = artist.page
    await artist.go("/audience")
    await page.get_by_text("No contacts yet").wait_for()
    await seen(page, "empty", themed=True)
    release, address = await turned_on(platform, artist, tmp_path)
    await sign_up(platform, fan, address)

    await artist.go("/audience")
    await page.get_by_role("row", name=FAN).click()
    await page.get_by_text("Signed up, and agreed to this").wait_for()
    await page.get_by_text("Confirmed by the link in the email").wait_for()
    await seen(page, "contact", themed=True)

    await import_contacts(page, tmp_path)

    await write_email(platform, artist)
    await leave_everything(platform, fan)
    await see_who_gets_nothing(artist)
    await dress_and_embed(artist, fan, release, address)
    await artist.go("/audience")
    await page.get_by_role("row", name=FAN).get_by_text("Unsubscribed").wait_for()
    await page.get_by_role("row", name="ann@fans.example").click()
    await page.get_by_role("button", name="Remove contact").click()
    await page.locator("mb-confirm").get_by_role("button", name="Remove contact").click()
    await page.get_by_text("Contact removed.").wait_for()
    await page.get_by_role("row", name="ann@fans.example").wait_for(state="detached")
    assert artist.complaints + fan.complaints == []
