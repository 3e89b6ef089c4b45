"""A running platform, a browser, and the emails that come."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from maxbooster.testing import services
from maxbooster.testing.processes import Process
from maxbooster.web.shell import Shell
from tests.contract.site import Site

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PASSWORD = "tall giraffes sip cold tea"


@dataclass
class Platform:
    """A server process with its worker, and where its emails go."""

    base: str
    mail: Path
    process: Process

    async def email(self, to: str, subject: str) -> str:
        """The text of the newest email to somebody."""
        for _ in range(200):
            for file in sorted(self.mail.glob("*.eml"), reverse=True):
                message = message_from_bytes(file.read_bytes(), policy=policy.default)
                if message["to"] == to and subject in message["subject"]:
                    plain = message.get_body(("plain",))
                    assert plain is not None
                    return str(plain.get_content())
            await asyncio.sleep(0.05)
        raise AssertionError(f"no email “{subject}” came for {to}")

    async def link(self, to: str, subject: str) -> str:
        found = re.search(r"http\S+#\S+", await self.email(to, subject))
        assert found
        return found.group(0)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Plugins that are installed for this module's platform alone: install them before `platform` starts."""
    return Site(tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="module")
def port() -> int:
    """Where this module's platform listens."""
    return services.free_port()


@pytest.fixture(scope="module")
def platform_settings() -> dict[str, str]:
    """What a journey's platform is told besides; override it."""
    return {}


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, plugins: Site, platform_settings: dict[str, str], port: int
) -> Iterator[Platform]:
    if not Shell().is_built:
        pytest.skip("journeys skipped: the web application is not built; run `make web`")
    data = tmp_path_factory.mktemp("platform")
    mail = data / "mail"
    environment = {
        "MAXBOOSTER_DATA": str(data),
        "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}",
        "MAXBOOSTER_MAIL": mail.as_uri(),
        "MAXBOOSTER_LOG_LEVEL": "warning",
        "PYTHONPATH": str(plugins.folder),
    }
    process = Process(["up"], environment | platform_settings, log=data / "up.log")
    process.start(port=port)
    yield Platform(f"http://127.0.0.1:{port}", mail, process)
    process.stop()


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    path = os.environ.get("MAXBOOSTER_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("journeys skipped: there is no Chromium (Debian: apt install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Seat:
    """Somebody at a browser. What the console complained of is kept."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    async def another_tab(self) -> Seat:
        """The same person, complaining to the same list."""
        return Seat(self.context, heard(await self.context.new_page(), self.complaints), self.base, self.complaints)

    async def go(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def log_in(self, email: str, password: str = PASSWORD) -> None:
        await self.go("/login")
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Log in").click()

    async def register(self, platform: Platform, email: str, name: str) -> None:
        """Register, follow the email's link, log in."""
        await self.go("/register")
        await self.page.get_by_label("Your name").fill(name)
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_label("Date of birth").fill("2000-01-01")
        await self.page.get_by_role("button", name="Create account").click()
        await self.page.get_by_text("Check your email").wait_for()
        await self.page.goto(await platform.link(email, "Confirm"))
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Confirm and log in").click()
        await self.page.get_by_text("Good to see you").wait_for()


@pytest_asyncio.fixture
async def seats(chromium: Browser, platform: Platform) -> AsyncIterator[Callable[..., Any]]:
    """`await seats()` sits somebody down at a browser of their own."""
    taken: list[Seat] = []

    async def sit(**options: Any) -> Seat:
        chosen = {
            "viewport": {"width": 1440, "height": 900},
            "locale": "en-GB",
            "service_workers": "block",  # what it answers, no test could answer otherwise; those about it allow it
        } | options
        context = await chromium.new_context(**chosen)
        page = await context.new_page()
        complaints: list[str] = []
        seat = Seat(context, heard(page, complaints), platform.base, complaints)
        taken.append(seat)
        return seat

    yield sit
    for seat in taken:
        await seat.context.close()


def heard(page: Page, complaints: list[str]) -> Page:
    """The page, once what its console complains of is kept."""

    def note(kind: str, text: str, where: str = "") -> None:
        if kind in ("error", "warning") and "blocked by Playwright" not in text:
            complaints.append(f"{kind}: {text} {where}".rstrip())

    page.on("console", lambda message: note(message.type, message.text, message.location["url"]))
    page.on("pageerror", lambda error: note("error", str(error)))
    return page
