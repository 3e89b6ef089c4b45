"""Notifications from the page to the device: chosen, pushed to a browser that alone can read them, emailed, stopped.

Chromium without a screen reaches no push service, so the browser's `PushManager` is stood in for at its edge: it hands
out a subscription at a push service of ours, and the page, the server and its encryption are the real ones.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from maxbooster.testing.services import free_port, wait_for_port
from tests.core.push.browser import FakeBrowser

SUBSCRIBED = """(subscription) => {
  const options = {};
  let own = null;
  const made = (key) => ({
    options: { applicationServerKey: key.buffer ?? key }, endpoint: subscription.endpoint, toJSON: () => subscription,
    unsubscribe: async () => ((own = null), true),
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => (own = made(applicationServerKey));
  PushManager.prototype.getSubscription = async () => own;
  let permission = "default";
  Object.defineProperty(Notification, "permission", { get: () => permission });
  Notification.requestPermission = async () => (permission = "granted");
}"""


@pytest.fixture(scope="module")
def platform_settings() -> dict[str, str]:
    return {"MAXBOOSTER_OUTBOUND_PRIVATE": "true", "MAXBOOSTER_EXAMPLES": "true"}


@pytest.fixture
def push_service(tmp_path: Path) -> Any:
    port = free_port()
    script = Path(__file__).parents[1] / "core" / "push" / "push_service.py"
    process = subprocess.Popen([sys.executable, str(script), str(port), str(tmp_path)])
    wait_for_port(port)
    yield port, tmp_path
    process.kill()
    process.wait()


def _taken(folder: Path) -> list[Any]:
    return [json.loads(path.read_text() or "null") for path in sorted(folder.glob("*.json"))]


async def _pushed(folder: Path, number: int) -> Any:
    for _ in range(200):
        if (taken := _taken(folder))[number - 1 :]:
            return taken[number - 1]
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was pushed")


@pytest.mark.slow
async def test_from_the_settings_to_the_device_and_the_inbox(platform, seats, push_service):
    port, folder = push_service
    browser = FakeBrowser(f"http://127.0.0.1:{port}/ok/1")
    seat = await seats(service_workers="allow")
    page = seat.page
    await seat.context.add_init_script(f"({SUBSCRIBED})({json.dumps(browser.subscription)})")
    await seat.register(platform, "nova@example.org", "Nova")

    await page.get_by_role("button", name=re.compile("^Notifications")).click()
    await page.get_by_role("link", name="Notification settings").click()
    await page.get_by_role("heading", name="Notifications", exact=True).wait_for()
    zone = page.locator("mb-notifications form.times wa-select").first
    assert await zone.evaluate("each => each.value") == await page.evaluate(
        "Intl.DateTimeFormat().resolvedOptions().timeZone"
    )
    row = page.locator("tr[data-kind='setlist.printed']")
    await _choose_email(row, "At once")
    await row.locator("wa-checkbox").nth(1).click()
    await page.get_by_role("button", name="Turn on for this device").click()
    await page.get_by_text("Notifications are on for this device").wait_for()
    await page.get_by_role("button", name=re.compile("^Send a test")).click()
    assert browser.read(bytes.fromhex((await _pushed(folder, 1))["body"]))["title"].startswith("Notifications work")

    failed = page.locator("tr[data-kind='payout.failed']")
    await _choose_email(failed, "Never")
    await failed.locator("wa-checkbox").first.click()
    await page.get_by_text("can't be turned off").wait_for()
    assert await failed.locator("wa-checkbox").first.evaluate("each => each.checked") is True

    await page.evaluate("""async () => {
      const { csrf } = await (await fetch("/api/core/session")).json();
      const send = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body), headers: {
        "content-type": "application/json", "x-csrf-token": csrf } });
      const made = await (await send("/api/setlist/setlists", { title: "Spring", venue: "Kitchen",
        played_on: "2027-06-01", songs: [{ title: "So What", duration_s: 545 }] })).json();
      await send(`/api/setlist/setlists/${made.id}/publish`, {});
    }""")
    told = browser.read(bytes.fromhex((await _pushed(folder, 2))["body"]))
    assert (told["title"], told["path"]) == ("The stage sheet of “Spring” is printed", "/setlist")
    email = await platform.email("nova@example.org", "The stage sheet of “Spring” is printed")
    await page.get_by_role("button", name="Notifications, 1 unread").click()
    await page.get_by_text("The stage sheet of “Spring” is printed").wait_for()

    stop = re.search(r"http\S+/p/notifications/stop/\S+", email)
    assert stop
    stranger = await seats()
    await stranger.page.goto(stop.group(0))
    await stranger.page.get_by_role("button", name="Stop these emails").click()
    await stranger.page.get_by_text("You won’t get these emails anymore").wait_for()
    await page.reload()
    await expect(page.locator("tr[data-kind='setlist.printed'] wa-select")).to_have_js_property("value", "never")
    await page.get_by_role("button", name=re.compile("^Remove")).click()
    await page.get_by_text("Notifications are off for").wait_for()


async def _choose_email(row: Any, label: str) -> None:
    await row.locator("wa-select").click()
    await row.get_by_role("option", name=label).click()


@pytest.mark.slow
async def test_the_service_worker_shows_what_was_pushed(platform, seats):
    """Chromium's own: a push that it is handed by the developer tools is shown under its tag."""
    seat = await seats(permissions=["notifications"], service_workers="allow")
    await seat.register(platform, "push@example.org", "Push")
    await seat.go("/notifications")
    page = seat.page
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = await page.context.new_cdp_session(page)
    registered: list[str] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda given: registered.extend(
        each["registrationId"] for each in given["registrations"]))  # fmt: skip
    await devtools.send("ServiceWorker.enable")
    for _ in range(100):
        if registered:
            break
        await asyncio.sleep(0.05)
    data = json.dumps({"title": "“Halo” is live", "text": "On Spotify", "path": "/releases/1", "tag": "7"})
    await devtools.send(
        "ServiceWorker.deliverPushMessage", {"origin": platform.base, "registrationId": registered[0], "data": data}
    )
    shown = await page.evaluate("""async () => {
      const registration = await navigator.serviceWorker.ready;
      for (let turn = 0; turn < 100; turn++) {
        const found = await registration.getNotifications();
        if (found.length) return found.map(({ title, body, tag, data }) => [title, body, tag, data]);
        await new Promise((done) => setTimeout(done, 50));
      }
      return [];
    }""")
    assert shown == [["“Halo” is live", "On Spotify", "7", "/releases/1"]]
