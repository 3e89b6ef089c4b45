"""A platform whose emails can be read, browsers to sit at, and people who do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest
import pytest_asyncio

from maxbooster.auth import identify
from maxbooster.http import probe
from maxbooster.mail import Mail
from maxbooster.testing import Browser, Clock, Person, drain, link_in, make_person
from maxbooster.testing.app import served


@pytest.fixture(autouse=True)
def unprobed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying each plugin's routes alone has tests of its own, and would take longer here than the tests."""
    monkeypatch.setattr(probe, "drop_unservable", lambda registry, routes: None)


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 1}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered of a credential, so that what another one changes is seen at once."""
    monkeypatch.setattr(identify, "REMEMBER_S", 0.0)


@pytest.fixture
def new_browser(app: Any) -> Callable[..., Browser]:
    """Opens a browser that nobody is logged in at."""

    def open_one(*, address: str = "127.0.0.1", agent: str = "test browser", cookie: str = "") -> Browser:
        transport = httpx.ASGITransport(served(app), raise_app_exceptions=False, client=(address, 1234))
        browser = Browser(transport=transport, base_url=app.settings.origin, headers={"user-agent": agent})
        if cookie:
            browser.headers["cookie"] = cookie
        return browser

    return open_one


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    return new_browser()


@pytest_asyncio.fixture
async def nova(app: Any) -> Person:
    return await make_person(app)


@pytest_asyncio.fixture
async def home(new_browser: Callable[..., Browser], nova: Person) -> Browser:
    """The browser at which Nova is logged in."""
    browser = new_browser(agent="Nova's laptop")
    await browser.log_in(nova)
    return browser


@pytest.fixture
def emails(app: Any) -> Callable[[str], Awaitable[list[Mail]]]:
    """The emails to an address, oldest first, once everything that waits is sent."""

    async def read(to: str) -> list[Mail]:
        await drain(app)
        return [mail for mail in app.mail.sent if mail.to == to]

    return read


@pytest.fixture
def link_to(emails: Callable[[str], Awaitable[list[Mail]]]) -> Callable[[str], Awaitable[str]]:
    """The token of the link in the latest email to an address that has one: others may be sent beside it."""

    async def read(to: str) -> str:
        sent = [mail.text for mail in await emails(to)]
        return link_in(next((text for text in reversed(sent) if "#" in text), sent[-1]))

    return read


class Phone:
    """An authenticator app. Each code that it shows is a new one: until then half a minute passes."""

    def __init__(self, clock: Clock, secret: str, recovery: list[str]) -> None:
        self.secret = secret
        self.recovery = recovery
        self._clock = clock

    def code(self, *, steps: int = 0) -> str:
        """`steps`: by how many half minutes the phone's clock is wrong."""
        self._clock.advance(seconds=30)
        return pyotp.TOTP(self.secret).at(self._clock() + timedelta(seconds=30 * steps))


@pytest.fixture
def switch_on(clock: Clock) -> Callable[[Browser], Awaitable[Phone]]:
    """Sets up the second factor of whoever is logged in at a browser."""

    async def set_up(browser: Browser) -> Phone:
        begun = await browser.post("/api/core/profile/totp")
        phone = Phone(clock, begun.json()["secret"], [])
        confirmed = browser.note(await browser.post("/api/core/profile/totp/confirm", json={"code": phone.code()}))
        phone.recovery = confirmed["codes"]
        return phone

    return set_up
