"""Without a connection: the application opens, what is typed stays, and on return it is merged or asked about."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from maxbooster.testing import services

from .conftest import FLAGS, PASSWORD, Seat, heard
from .test_web_pages import SCREENS, SIZES, _axe

READY = "navigator.serviceWorker.ready.then((it) => Boolean(it.active))"
CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"
OFFLINE = "You are offline. What you type is kept on this device."
VERSIONED = """
from pathlib import Path

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

@hookimpl
def register_panels():
    tag = "mb-versioned-page"
    return [Panel(id="versioned.page", title="Versioned", icon="layers", route="/versioned", tag=tag, module="page.js")]
"""
KEPT = """async () => {
  const open = indexedDB.open("maxbooster");
  const database = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const all = (store) => new Promise((done) => {
    const asked = database.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const kept = {};
  for (const store of database.objectStoreNames) kept[store] = await all(store);
  database.close();
  return JSON.stringify(kept);
}"""


async def _kept(page: Page) -> str:
    return str(await page.evaluate(KEPT))


async def _until_kept(page: Page, words: str) -> None:
    for _ in range(100):
        if words in await _kept(page):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{words!r} was not kept")


async def _look(page: Page, name: str) -> None:
    """In both sizes and both themes."""
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        for size, view in SIZES.items():
            await page.set_viewport_size(view)
            await page.screenshot(path=SCREENS / f"{name}-{theme}-{size}.png")
            assert await _axe(page) == []
    await page.set_viewport_size(SIZES["desktop"])


async def _at_home_on_the_device(seat: Seat) -> None:
    """From the next page on the worker answers."""
    await seat.page.evaluate(READY)
    await seat.page.wait_for_function(CONTROLLED)


@pytest.mark.slow
async def test_the_application_is_installable_opens_offline_and_keeps_what_is_typed(platform, seats):
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.register(platform, "offline@example.org", "Nova Reyes")
    await _at_home_on_the_device(seat)
    devtools = await seat.context.new_cdp_session(page)
    manifest = await devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["start_url"] == "/home"
    errors = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert {each["errorId"] for each in errors} <= {"in-incognito"}  # the test's own window is private

    await seat.go("/profile")
    name = page.get_by_label("Name", exact=True)
    await name.fill("Nova Reyes the Second")
    await page.get_by_label("Current password").fill("never kept 1")
    await _until_kept(page, "Nova Reyes the Second")

    await seat.context.set_offline(True)
    await page.reload()
    await page.get_by_text(OFFLINE).wait_for()
    await page.get_by_text("Restored from today").wait_for()
    await expect(name).to_have_value("Nova Reyes the Second")
    await page.locator("form").first.get_by_role("button", name="Save").click()
    await page.get_by_text("Waiting to be sent. It goes out").wait_for()
    await page.get_by_role("link", name="1 change waiting to be sent").wait_for()
    await _look(page, "offline")
    kept = await _kept(page)
    assert "never kept" not in kept
    assert 'csrf":""' in kept.replace("\\", "")

    await seat.context.set_offline(False)
    await page.get_by_text("The change that you saved offline was sent.").wait_for()
    await page.get_by_text(OFFLINE).wait_for(state="detached")
    await page.reload()
    await expect(name).to_have_value("Nova Reyes the Second")
    assert await page.get_by_text("Restored from").count() == 0


async def _profile(page: Page) -> str:
    return str(await page.evaluate("fetch('/api/core/session').then((it) => it.json()).then((it) => it.user.name)"))


@pytest.mark.slow
async def test_an_hour_without_a_connection(platform, seats):
    """The server is gone, not the network: links seen before are shown with their time, and changed; others need it."""
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.register(platform, "hour@example.org", "Nova Reyes")
    await _at_home_on_the_device(seat)
    await seat.go("/links?do=create")
    await page.get_by_label("Leads to").fill("https://example.org/dawn")
    await page.get_by_label("What it’s for").fill("Dawn")
    await page.get_by_role("button", name="Create link").click()
    await page.get_by_role("button", name="Edit").wait_for()
    await seat.go("/releases/new")
    await page.get_by_label("Title", exact=True).first.fill("Harbour Lights")
    await _until_kept(page, "Harbour Lights")

    platform.process.stop()
    try:
        await page.reload()
        await page.get_by_text(OFFLINE).wait_for()
        await seat.go("/links")
        await page.get_by_text("This page was last updated today").wait_for()
        await page.get_by_role("row").filter(has_text="Dawn").click()
        await page.get_by_role("button", name="Edit").click()
        await page.get_by_label("What it’s for").fill("Dawn, at last")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("Waiting to be sent. It goes out").wait_for()
        await page.get_by_role("button", name="Cancel").click()
        await page.get_by_role("button", name="Delete").click()
        await page.get_by_role("button", name="Delete link").click()
        await page.get_by_text("this needs a connection").first.wait_for()
        await page.get_by_role("link", name="1 change waiting to be sent").click()
        await page.get_by_role("link", name="Dawn, at last").wait_for()
        await _look(page, "drafts")
    finally:
        platform.process.start(port=int(platform.base.rpartition(":")[2]))
    await page.get_by_text("The change that you saved offline was sent.").wait_for(timeout=40_000)
    await page.get_by_role("link", name="Harbour Lights").click()
    await page.get_by_text("Restored from today").wait_for()
    await expect(page.get_by_label("Title", exact=True).first).to_have_value("Harbour Lights")
    await seat.go("/links")
    await page.get_by_role("row").filter(has_text="Dawn, at last").wait_for()


@pytest.mark.slow
async def test_two_devices_that_edited_the_same_draft(platform, seats):
    desk, phone = await seats(), await seats()
    await desk.register(platform, "twice@example.org", "Nova Reyes")
    await desk.go("/releases/new")
    await desk.page.get_by_label("Title", exact=True).first.fill("Harbour Lights")
    await desk.page.get_by_role("button", name="Save draft").click()
    await desk.page.get_by_role("heading", name="Harbour Lights", exact=True).wait_for()
    edit = desk.page.url.removeprefix(platform.base).split("?")[0] + "/edit"
    await phone.log_in("twice@example.org")
    await phone.page.get_by_text("Good to see you").wait_for()
    for seat in (desk, phone):
        await seat.go(edit)
        await seat.page.get_by_label("Title", exact=True).first.wait_for()

    await phone.page.get_by_label("Title", exact=True).first.fill("Harbour Nights")
    await phone.page.get_by_label("Label", exact=True).fill("Quay")
    await phone.page.get_by_role("button", name="Save", exact=True).click()
    await phone.page.get_by_role("heading", name="Harbour Nights", exact=True).wait_for()

    page = desk.page
    await page.get_by_label("Title", exact=True).first.fill("Harbour Mornings")
    await page.get_by_label("Genre").fill("Ambient")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_text("This was changed elsewhere while you were editing").wait_for()
    await _look(page, "conflict")
    await expect(page.get_by_label("Label", exact=True)).to_have_value("Quay")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_text("Choose above what to keep").wait_for()
    await page.get_by_role("button", name="Keep yours: Harbour Mornings").wait_for()
    await page.reload()  # asked again: nothing was decided
    await page.get_by_role("button", name="Use theirs: Harbour Nights").click()
    await expect(page.get_by_label("Title", exact=True).first).to_have_value("Harbour Nights")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("heading", name="Harbour Nights", exact=True).wait_for()
    await phone.go(edit)
    await expect(phone.page.get_by_label("Genre")).to_have_value("Ambient")


@pytest.mark.slow
async def test_a_change_that_waited_and_came_too_late_is_asked_about(platform, seats):
    desk, phone = await seats(service_workers="allow"), await seats()
    page = desk.page
    await desk.register(platform, "late@example.org", "Nova Reyes")
    await _at_home_on_the_device(desk)
    await phone.log_in("late@example.org")
    await phone.page.get_by_text("Good to see you").wait_for()
    await desk.go("/profile")
    await desk.context.set_offline(True)
    await page.get_by_label("Name", exact=True).fill("Nova at the Desk")
    await page.locator("form").first.get_by_role("button", name="Save").click()
    await page.get_by_text("Waiting to be sent. It goes out").wait_for()
    await phone.go("/profile")
    await phone.page.get_by_label("Name", exact=True).fill("Nova on the Phone")
    await phone.page.locator("form").first.get_by_role("button", name="Save").click()
    await phone.page.get_by_text("Saved.").wait_for()
    await desk.context.set_offline(False)
    await page.get_by_text("A change that you saved offline wasn’t taken").wait_for(timeout=40_000)
    assert await _profile(page) == "Nova on the Phone"
    await page.get_by_role("button", name="Keep yours: Nova at the Desk").click()
    await page.locator("form").first.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert await _profile(page) == "Nova at the Desk"


@pytest.mark.slow
async def test_another_person_at_the_same_browser_sees_nothing_of_the_first(platform, seats):
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.register(platform, "first@example.org", "Nova Reyes")
    await _at_home_on_the_device(seat)
    await seat.go("/links?do=create")
    await page.get_by_label("What it’s for").fill("The secret single")
    await _until_kept(page, "The secret single")
    await seat.context.clear_cookies()  # the session ends without a word
    await page.get_by_label("Leads to").fill("https://example.org/secret")
    await page.get_by_role("button", name="Create link").click()
    await page.get_by_text("Your session has ended.").wait_for()
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_label("Email").fill("first@example.org")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.get_by_role("heading", name="Short links").wait_for()
    await seat.go("/links?do=create")
    await expect(page.get_by_label("What it’s for")).to_have_value("The secret single")

    await seat.context.clear_cookies()
    await seat.register(platform, "second@example.org", "Kit Moss")
    await seat.go("/links?do=create")
    await expect(page.get_by_label("What it’s for")).to_have_value("")
    await seat.go("/drafts")
    await page.get_by_text("No drafts").wait_for()
    await seat.context.set_offline(True)
    await page.reload()
    await page.get_by_text(OFFLINE).wait_for()
    assert "Nova" not in await page.locator("mb-app").inner_text()
    await seat.context.set_offline(False)
    await page.get_by_text(OFFLINE).wait_for(state="detached", timeout=40_000)

    await seat.go("/links?do=create")
    await page.get_by_label("What it’s for").fill("Kit’s own")
    await _until_kept(page, "Kit’s own")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("Log out")
    await page.keyboard.press("Enter")
    await page.get_by_text("Log out and delete your drafts?").wait_for()
    await page.get_by_role("button", name="Log out and delete").click()
    await page.get_by_label("Email").wait_for()
    kept = json.loads(await _kept(page))
    assert "Kit" not in json.dumps(kept)
    assert kept["seen"] == []
    assert kept["person"] == []
    assert "The secret single" in json.dumps(kept)  # Nova never logged out here


@pytest.mark.slow
async def test_logging_out_without_a_connection_clears_the_browser_and_ends_the_session_later(platform, seats):
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.register(platform, "leaving@example.org", "Nova Reyes")
    await _at_home_on_the_device(seat)
    await seat.context.set_offline(True)
    await page.reload()
    await page.get_by_text(OFFLINE).wait_for()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("Log out")
    await page.keyboard.press("Enter")
    await page.get_by_label("Email").wait_for()
    kept = json.loads(await _kept(page))
    assert kept["seen"] == []
    assert kept["person"] == []
    await page.reload()
    await page.get_by_label("Email").wait_for()
    await seat.context.set_offline(False)
    await seat.go("/home")
    await page.get_by_label("Email").wait_for()
    assert await page.evaluate("fetch('/api/core/session').then((it) => it.status)") == 401


class OwnBrowser:
    """A browser process of the test's own, which can be killed, with a profile that lasts."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, playwright) -> Browser:
        path = (
            os.environ.get("MAXBOOSTER_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        )
        assert path
        port = services.free_port()
        arguments = [path, *FLAGS, f"--user-data-dir={self._profile}", f"--remote-debugging-port={port}", "about:blank"]
        self._process = subprocess.Popen(
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(200):
            try:
                return await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            except Exception:
                await asyncio.sleep(0.05)
        raise AssertionError("Chromium did not start")

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@pytest.mark.slow
async def test_what_was_typed_a_second_before_the_browser_was_killed_is_there_again(platform, chromium, tmp_path):
    browser = OwnBrowser(tmp_path / "profile")
    try:
        async with async_playwright() as playwright:
            context = (await browser.start(playwright)).contexts[0]
            seat = Seat(context, heard(context.pages[0], []), platform.base)
            await seat.register(platform, "killed@example.org", "Nova Reyes")
            await seat.go("/releases/new")
            await seat.page.get_by_label("Title", exact=True).first.press_sequentially("Harbour Lights")
            await asyncio.sleep(1)
            browser.kill()
        async with async_playwright() as playwright:
            context = (await browser.start(playwright)).contexts[0]
            seat = Seat(context, heard(context.pages[0], []), platform.base)
            page = seat.page
            await seat.log_in("killed@example.org")  # the browser hadn't stored its cookies yet
            await page.get_by_text("Good to see you").wait_for()
            await seat.go("/releases/new")
            await page.get_by_text("Restored from today").wait_for()
            await expect(page.get_by_label("Title", exact=True).first).to_have_value("Harbour Lights")
    finally:
        browser.kill()


@pytest.mark.slow
async def test_a_new_version_is_told_and_comes_whole(platform, seats, plugins):
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.register(platform, "versions@example.org", "Nova Reyes")
    await _at_home_on_the_device(seat)
    await seat.go("/profile")
    await page.get_by_label("Name", exact=True).fill("Nova between Versions")
    await _until_kept(page, "between Versions")
    before = await page.evaluate("document.documentElement.dataset.build")
    platform.process.stop()
    package = plugins.install("versioned", VERSIONED)
    plugins.write(
        package, "static/page.js", "customElements.define('mb-versioned-page', class extends HTMLElement {});"
    )
    platform.process.start(port=int(platform.base.rpartition(":")[2]))
    await page.get_by_text("A new version is ready.").wait_for(timeout=60_000)
    assert await page.evaluate("document.documentElement.dataset.build") == before
    await page.get_by_role("button", name="Reload").click()
    await page.locator("mb-confirm").get_by_role("button", name="Reload").click()
    await page.wait_for_function("(before) => document.documentElement.dataset.build !== before", arg=before)
    await page.get_by_text("Restored from today").wait_for()
    await page.get_by_role("link", name="Versioned").wait_for()
    now = await page.evaluate("document.documentElement.dataset.build")
    assert await page.evaluate("caches.keys()") == [f"maxbooster-{now}"]
