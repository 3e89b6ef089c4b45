"""Every page that there is opens, in both themes and at two sizes: the shell's own, every panel's, and what they link
to: of each kind one, with a real row."""

from __future__ import annotations

import asyncio
import io
import re
from collections import deque
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image

from maxbooster_sandbox.demo import sales
from maxbooster_sandbox.demo.api import Api
from maxbooster_sandbox.demo.running import Login
from tests.distribution.conftest import wav

from .conftest import PASSWORD
from .test_web_pages import SIZES

ROUTES = Path(__file__).parents[2] / "core" / "web" / "src" / "shell" / "pages.ts"
LOOK = """() => {
  const text = [], headings = [], primary = [], links = [];
  const shown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;
  const walk = (node) => {
    if (node.nodeType === 3) text.push(node.textContent);
    if (node.nodeType !== 1 && node.nodeType !== 11) return;
    if (node.nodeType === 1) {
      if (node.matches("style, script, code, pre, noscript, .code") || !shown(node)) return;
      if (node.matches('a[href^="/"]:not([download])')) links.push(node.getAttribute("href"));
      if (/^H[12]$/.test(node.tagName) && node.textContent.trim()) headings.push(node.textContent.trim());
      if (node.matches("wa-button[variant=brand]:not([appearance])")) {
        const box = node.getBoundingClientRect();
        const inView = box.width && box.bottom > 0 && box.top < innerHeight;
        if (inView) primary.push(node.textContent.trim());
      }
      const names = ["label", "placeholder", "hint", "aria-label", "title"];
      for (const name of names) text.push(node.getAttribute(name) ?? "");
      if (node.shadowRoot) walk(node.shadowRoot);
    }
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return { text: text.join("\\n"), headings, primary, links, wide: document.documentElement.scrollWidth - innerWidth };
}"""
SETTLED = """async () => {
  const main = () => document.querySelector("mb-app")?.shadowRoot.querySelector("main[aria-busy=false]");
  const within = (root) => [...(root?.querySelectorAll("*") ?? [])];
  const heading = (root) => within(root).some((each) => each.matches("h1, h2") || heading(each.shadowRoot));
  const until = performance.now() + 8000;
  while (!heading(main()) && performance.now() < until) await new Promise(requestAnimationFrame);
  return Boolean(heading(main()));
}"""
GAP = re.compile(r"\{\w+\}")
KEY = re.compile(r"\b[a-z]+(?:\.[a-z_]+){1,3}\b")


def own_pages(*, open_to_all: bool) -> list[str]:
    """The shell's routes, as its router knows them."""
    lines = [line for line in ROUTES.read_text("utf-8").splitlines() if "path:" in line]
    found = [
        match[1]
        for line in lines
        if ("open: true" in line) is open_to_all and (match := re.search(r'path: "([^"]+)"', line))
    ]
    assert found
    return found


async def faults(seat, path, keys):
    """What is wrong with a page, a line each."""
    return (await opened(seat, path, keys))[0]


async def opened(seat, path, keys):
    """What is wrong with a page, a line each, and where it leads."""
    await seat.go(path)
    if not await seat.page.evaluate(SETTLED):
        return [f"{path} never shows a heading: {seat.complaints[-1:]}"], []
    await seat.page.wait_for_load_state("networkidle")
    seen = await seat.page.evaluate(LOOK)
    wrong = [f"a text has a gap: {each}" for each in GAP.findall(seen["text"])]
    wrong += [f"a text's id is shown: {each}" for each in KEY.findall(seen["text"]) if each in keys]
    if seen["wide"] > 0:
        wrong.append(f"it is {seen['wide']} px too wide")
    if len(seen["primary"]) > 1:
        wrong.append(f"several primary buttons are in view: {seen['primary']}")
    if "can’t be shown" in seen["text"]:
        wrong.append("the page failed")
    return [f"{path}: {each}" for each in wrong], seen["links"]


ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def shape(path):
    """`/releases/*/edit`, whichever release it is."""
    return ID.sub("*", path.partition("#")[0])


class Walk:
    """From page to page by their links, of each shape once; several tabs walk together."""

    def __init__(self, paths, skipped, keys):
        self._keys = keys
        self._left = deque()
        self.shapes = set(skipped)
        self.faults = []
        self._meet(paths)

    def _meet(self, paths):
        for path in paths:
            if shape(path) not in self.shapes and not path.startswith(("/api/", "/static/")):
                self.shapes.add(shape(path))
                self._left.append(path)

    async def __call__(self, tab):
        while self._left:
            found, links = await opened(tab, self._left.popleft(), self._keys)
            self.faults += found
            self._meet(links)


def furnish(platform, email, folder):
    """One row for each list: a recording, a release, a payee and a statement."""
    api = Api(platform.base)
    api.log_in(Login(email, PASSWORD))
    song, sold = folder / "song.wav", folder / "sales.csv"
    song.write_bytes(wav())
    api.post("/api/studio/recordings", {"file_id": api.upload(song), "title": "Halo"})
    track = {"title": "Halo", "isrc": "ZZMB12600001", "credits": [{"name": "Nova Reyes", "role": "MainArtist"}]}
    api.post(
        "/api/distribution/releases", {"kind": "single", "title": "Halo", "upc": "036000291452", "tracks": [track]}
    )
    api.post("/api/billing/payees", {"name": "Nova"})
    sales.write(sold, stores=["Spotify"], isrc="ZZMB12600001", upc="", title="Halo", artist="Nova Reyes")
    begun = api.post("/api/distribution/statements", {"file_id": api.upload(sold), "source": "spotify"})
    api.finished("the statement", f"/api/distribution/statements/{begun['id']}")


BUTTONS = ("/releases/new", "/royalties/upload")
"""Where only a button leads."""
DEEP = {
    "/releases/*",
    "/releases/*/edit",
    "/releases/codes",
    "/master/*",
    "/royalties/statements/*",
    "/royalties/payees/*",
}
"""Some of those that only a link leads to: where one is missing, the walk does not follow."""


SLOW = pytest.mark.slow
LOOKS = [
    ("desktop", "dark"),
    pytest.param("phone", "light", marks=SLOW),
    pytest.param("desktop", "light", marks=SLOW),
    pytest.param("phone", "dark", marks=SLOW),
]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
async def test_every_page_opens(platform, seats, tmp_path, size, theme):
    seat = await seats(viewport=SIZES[size], color_scheme=theme)
    keys = set(await (await seat.context.request.get(f"{platform.base}/api/core/translations/en")).json())
    tabs = [seat, await seat.another_tab()]
    outside = Walk(own_pages(open_to_all=True), (), keys)
    await asyncio.gather(*map(outside, tabs))
    seat.complaints.clear()  # links that nobody was sent are refused
    email = f"every-{size}-{theme}@example.org"
    await seat.register(platform, email, "Nova Reyes")
    assert await seat.page.evaluate("document.documentElement.dataset.theme") == theme
    await asyncio.to_thread(furnish, platform, email, tmp_path)
    panels = await (await seat.context.request.get(f"{platform.base}/api/core/panels")).json()
    assert len(panels) >= 4
    pages = [*own_pages(open_to_all=False), *(each["panel"]["route"] for each in panels), *BUTTONS]
    inside = Walk(pages, outside.shapes, keys)
    await asyncio.gather(*map(inside, tabs))
    assert outside.faults + inside.faults == []
    assert seat.complaints == []
    assert inside.shapes >= DEEP, DEEP - inside.shapes


@SLOW
async def test_a_page_that_never_opens_is_noticed(platform, seats):
    """The walk itself is broken on purpose: a module that throws, and a text with a gap."""
    seat = await seats()
    await seat.register(platform, "broken-page@example.org", "Nova Reyes")
    throws = {"body": "throw new Error('gone')", "content_type": "text/javascript"}
    await seat.page.route(re.compile(r"/assets/keys-"), lambda route: route.fulfill(**throws))
    assert await faults(seat, "/keys", set()) == ["/keys: the page failed"]
    await seat.page.unroute_all()
    gap = {"title": "{title} is live", "text": "", "path": "", "tone": "good", "kind": "x.y", "facts": {}}
    notices = [gap | {"id": "01a22317-5dd8-70bc-8137-2f34090aed7f", "at": "2026-11-28T16:57:43Z", "read_at": None}]
    answer = {"notices": notices, "unread": 0}
    await seat.page.route(re.compile(r"/api/core/notices"), lambda route: route.fulfill(json=answer))
    assert await faults(seat, "/home", set()) == ["/home: a text has a gap: {title}"]


@SLOW
async def test_the_theme_follows_the_system_until_one_is_chosen(platform, seats):
    seat = await seats(color_scheme="light")
    page = seat.page

    async def becomes(theme):
        await page.locator(f"html[data-theme={theme}]").wait_for()

    async def choose(name):
        await page.locator("mb-side footer button").click()
        await page.get_by_role("radio", name=name).check(force=True)

    await seat.register(platform, "theme@example.org", "Nova Reyes")
    await becomes("light")
    await page.emulate_media(color_scheme="dark")
    await becomes("dark")
    await choose("Light")
    await becomes("light")
    await page.reload()
    await page.get_by_text("Good to see you").wait_for()
    await becomes("light")
    await choose("System")
    await becomes("dark")
    await page.emulate_media(color_scheme="light")
    await becomes("light")
    assert seat.complaints == []


QUIET = """(element) => {
  const { paddingTop } = getComputedStyle(element);
  return parseFloat(paddingTop) / element.getBoundingClientRect().width;
}"""


@SLOW
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_the_two_factor_code_can_be_scanned_in_both_themes(platform, seats, theme):
    """It says what the page says, dark on light, within the quiet zone of four modules that scanners need."""
    seat = await seats(color_scheme=theme)
    await seat.register(platform, f"scan-{theme}@example.org", "Nova Reyes")
    await seat.go("/profile")
    await seat.page.get_by_role("button", name="Set up").click()
    code = seat.page.locator("wa-qr-code")
    await code.wait_for()
    picture = Image.open(io.BytesIO(await code.screenshot()))
    [scanned] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    uri = urlsplit(scanned.text)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert f"scan-{theme}" in uri.path
    shown = await seat.page.locator("[data-secret]").inner_text()
    assert parse_qs(uri.query)["secret"] == [shown.replace(" ", "")]
    assert await code.evaluate(QUIET) >= 4 / 60


@SLOW
async def test_the_account_menu_stays_on_screen_on_a_long_page(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "menu@example.org", "Nova Reyes")
    await seat.go("/style")
    await page.get_by_role("heading", name="The kit").wait_for()
    await page.evaluate("scrollTo(0, 600)")
    await page.locator("mb-side footer button").click()
    for name in ("Your profile", "Log out"):
        box = await page.locator("mb-side footer").get_by_text(name).bounding_box()
        assert 0 <= box["y"] <= 900 - box["height"], name


FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at === document.body ? "" : `${at.localName} ${at.textContent.trim()}`;
}"""


@SLOW
async def test_the_focus_stays_in_the_page_when_an_action_removes_its_button(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "focus@example.org", "Nova Reyes")
    await seat.go("/home")
    await page.get_by_text("Good to see you").wait_for()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search or jump to").wait_for()
    await page.keyboard.type("create api key")
    await page.get_by_role("option", name="Create API key").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_label("Name", exact=True).wait_for()
    assert "do=" not in page.url
    await page.wait_for_function("() => document.activeElement.localName === 'mb-app'")
    await page.keyboard.type("Backup script")
    assert await page.get_by_label("Name", exact=True).input_value() == "Backup script"
    await page.get_by_role("checkbox", name="See and download files").check(force=True)
    await page.get_by_role("button", name="Create key").press("Enter")
    await page.get_by_text("Copy your key now").wait_for()
    await page.get_by_role("button", name="Revoke").press("Enter")
    await page.get_by_role("button", name="Revoke key").press("Enter")
    await page.get_by_text("No API keys yet").wait_for()
    for _ in range(40):
        if await page.evaluate(FOCUSED):
            break
        await page.wait_for_timeout(50)
    assert "API keys" in await page.evaluate(FOCUSED)
