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
CONTROLLED = "Boolean(navigator.serviceWorker.controller)"
OFFLINE = "You are offline. What you type is kept on this device."
KEPT = """async () => {
  const open = indexedDB.open("maxbooster");
  const database = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const all = (store) => new Promise((done) => {
    const asked = database.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const kept = Object.fromEntries(await Promise.all([...database.objectStoreNames].map(async (each) => [each, await all(each)])));
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


async def _at_home_on_the_device(seat: Seat) -> None:
    """From the next page on the worker answers."""
    await seat.page.evaluate(READY)
    await seat.page.wait_for_function(CONTROLLED)


async def test_the_application_is_installable_opens_offline_and_keeps_what_is_typed(platform, seats):
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.register(platform, "offline@example.org", "Nova Reyes")
    await _at_home_on_the_device(seat)
    devtools = await seat.context.new_cdp_session(page)
    manifest = await devtools.send("Page.getAppManifest")
    assert manifest["errors"] == [] and json.loads(manifest["data"])["start_url"] == "/home"
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
    for size, view in SIZES.items():
        await page.set_viewport_size(view)
        await page.screenshot(path=SCREENS / f"offline-{size}.png")
        assert await _axe(page) == []
    await page.set_viewport_size(SIZES["desktop"])
    kept = await _kept(page)
    assert "never kept" not in kept and "csrf\":\"\"" in kept.replace("\\", "")

    await seat.context.set_offline(False)
    await page.get_by_text("The change that you saved offline was sent.").wait_for()
    await page.get_by_text(OFFLINE).wait_for(state="detached")
    await page.reload()
    await expect(name).to_have_value("Nova Reyes the Second")
    assert await page.get_by_text("Restored from").count() == 0
