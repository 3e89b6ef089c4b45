"""Every page that there is opens, in both themes and at two sizes: the shell's own, and every panel's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .test_web_pages import SIZES

ROUTES = Path(__file__).parents[2] / "core" / "web" / "src" / "shell" / "pages.ts"
LOOK = """() => {
  const text = [], headings = [], primary = [];
  const shown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;
  const walk = (node) => {
    if (node.nodeType === 3) text.push(node.textContent);
    if (node.nodeType !== 1 && node.nodeType !== 11) return;
    if (node.nodeType === 1) {
      if (node.matches("style, script, code, pre, noscript, .code") || !shown(node)) return;
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
  return { text: text.join("\\n"), headings, primary, wide: document.documentElement.scrollWidth - innerWidth };
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
    await seat.go(path)
    if not await seat.page.evaluate(SETTLED):
        return [f"{path} never shows a heading: {seat.complaints[-1:]}"]
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
    return [f"{path}: {each}" for each in wrong]


SLOW = pytest.mark.slow
LOOKS = [
    ("desktop", "dark"),
    ("phone", "light"),
    pytest.param("desktop", "light", marks=SLOW),
    pytest.param("phone", "dark", marks=SLOW),
]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
async def test_every_page_opens(platform, seats, size, theme):
    seat = await seats(viewport=SIZES[size], color_scheme=theme)
    keys = set(await (await seat.context.request.get(f"{platform.base}/api/core/translations/en")).json())
    found = []
    for path in own_pages(open_to_all=True):
        found += await faults(seat, path, keys)
    seat.complaints.clear()  # links that nobody was sent are refused
    await seat.register(platform, f"every-{size}-{theme}@example.org", "Nova Reyes")
    assert await seat.page.evaluate("document.documentElement.dataset.theme") == theme
    panels = await (await seat.context.request.get(f"{platform.base}/api/core/panels")).json()
    assert len(panels) >= 4
    for path in [
        *own_pages(open_to_all=False),
        *(each["panel"]["route"] for each in panels),
        "/releases/new",
        "/releases/codes",
    ]:
        found += await faults(seat, path, keys)
    assert found == []
    assert seat.complaints == []


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


QR = """(element) => {
  const { backgroundColor: back, color: front, paddingTop } = getComputedStyle(element);
  return { back, front, quiet: parseFloat(paddingTop), side: element.getBoundingClientRect().width };
}"""


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_the_two_factor_code_can_be_scanned_in_both_themes(platform, seats, theme):
    """Black on white, with the four modules of quiet zone that scanners need."""
    seat = await seats(color_scheme=theme)
    await seat.register(platform, f"scan-{theme}@example.org", "Nova Reyes")
    await seat.go("/profile")
    await seat.page.get_by_role("button", name="Set up").click()
    code = seat.page.locator("wa-qr-code")
    await code.wait_for()
    seen = await code.evaluate(QR)
    assert (seen["back"], seen["front"]) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    assert seen["quiet"] >= 4 * seen["side"] / 60


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


async def test_the_focus_stays_in_the_page_when_an_action_removes_its_button(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "focus@example.org", "Nova Reyes")
    await seat.go("/keys")
    await page.get_by_role("button", name="Create key").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Backup script")
    assert await page.get_by_label("Name", exact=True).input_value() == "Backup script"
    await page.get_by_role("checkbox", name="file.read").check(force=True)
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
