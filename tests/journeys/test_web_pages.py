"""Every page at two sizes, dark and light: pictures (`out/screens`), nothing that axe finds, no complaint."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "out" / "screens"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
OPEN = ("/login", "/register", "/reset", "/verify", "/invitation", "/email")
KNOWN = (
    "/home",
    "/profile",
    "/devices",
    "/team",
    "/connections",
    "/keys",
    "/files",
    "/activity",
    "/work",
    "/plugins",
    "/setlist",
    "/nowhere",
)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_every_page_is_accessible_and_quiet(platform, seats, size):
    seat = await seats(viewport=SIZES[size])
    for path in OPEN:
        await _look(seat, path, size)
    seat.complaints.clear()
    await seat.register(platform, f"{size}@example.org", "Nova Reyes")
    for path in KNOWN:
        await _look(seat, path, size)
    assert [each for each in seat.complaints if "404" not in each] == []
    assert "maxbooster_csp_reports_total 0.0" in await _metrics(platform)


@pytest.mark.slow
async def test_what_the_policy_refuses_is_reported(platform, seats):
    seat = await seats()
    await seat.go("/login")
    await seat.page.evaluate("""() => { new Image().src = "https://elsewhere.example/pixel.png" }""")
    for _ in range(100):
        if "maxbooster_csp_reports_total 0.0" not in await _metrics(platform):
            return
        await seat.page.wait_for_timeout(50)
    raise AssertionError("no report came")


async def _metrics(platform):
    async with httpx.AsyncClient() as client:
        return (await client.get(platform.base + "/metrics")).text


async def _look(seat, path, size):
    for theme in ("dark", "light"):
        await seat.go(path)
        await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        await seat.page.locator("main[aria-busy=false] > *").first.wait_for()
        await seat.page.wait_for_timeout(150)
        SCREENS.mkdir(parents=True, exist_ok=True)
        await seat.page.screenshot(path=SCREENS / f"{path.strip('/')}-{size}-{theme}.png", full_page=True)
        faults = await _axe(seat.page)
        assert faults == [], f"{path} at {size}, {theme}"
        wide = await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} at {size} is {wide} px too wide"


async def _axe(page):
    """What axe-core finds against WCAG 2.2 AA, a line each."""
    await page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("tags => axe.run(document, { runOnly: tags })", tags)
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def test_the_first_load_is_small(platform):
    """What the browser runs before the first page shows: at most 150 kB of JavaScript, compressed."""
    with httpx.Client(base_url=platform.base, timeout=30) as client:
        html = client.get("/login").text
        scripts = set(re.findall(r'(?:src|href)="(/static/[^"]+\.js)"', html))
        manifest = client.get("/static/core/manifest.json").json()
        page = manifest["src/pages/login.ts"]
        files = {page["file"], *(manifest[each]["file"] for each in page["imports"])}
        scripts |= {f"/static/core/{file}" for file in files}
        size = sum(len(gzip.compress(client.get(path).content)) for path in scripts)
    assert 20_000 < size <= 150_000


@pytest.mark.slow
async def test_it_is_there_within_a_second(platform, seats):
    seat = await seats()
    times = []
    for _ in range(3):
        fresh = await seats()
        began = time.monotonic()
        await fresh.go("/login")
        await fresh.page.get_by_role("button", name="Log in").wait_for()
        times.append(time.monotonic() - began)
    assert min(times) < 1.0, times
    assert seat.complaints == []
