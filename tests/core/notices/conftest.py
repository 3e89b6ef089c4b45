"""A person with settings of their own, and the email that they get."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from maxbooster.identity import Identity
from maxbooster.mail import Mail
from maxbooster.plugin import notify
from maxbooster.testing import Browser, Person, drain, make_person, open_browser


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "public_url": "https://music.example"}


@pytest_asyncio.fixture
async def nova(app: Any) -> Person:
    return await make_person(app, "nova@example.org")


@pytest_asyncio.fixture
async def home(app: Any, nova: Person) -> Any:
    async with open_browser(app) as browser:
        await browser.log_in(nova)
        yield browser


@asynccontextmanager
async def at_home(app: Any, person: Person) -> Any:
    async with open_browser(app) as browser:
        await browser.log_in(person)
        yield browser


async def told(app: Any, account: Any, *given: Any, **more: Any) -> None:
    async with app.unit(Identity(account, None, frozenset({"*"}))) as ctx:
        await notify(ctx, *given, **more)


async def choose(browser: Browser, kind: str, **channels: Any) -> None:
    answer = await browser.patch(f"/api/core/notices/settings/{kind}", json=channels)
    assert answer.status_code == 200, answer.text


class Post:
    """The email that leaves."""

    def __init__(self, app: Any) -> None:
        self._app, self._seen = app, 0

    async def sent(self) -> list[Mail]:
        """What is sent by now, once every job that is due has run; each time what is new."""
        await drain(self._app)
        fresh = self._app.mail.sent[self._seen :]
        self._seen = len(self._app.mail.sent)
        return list(fresh)

    async def gather(self) -> None:
        """The schedule's part: digests that are due are begun."""
        async with self._app.unit() as ctx:
            ctx.enqueue(self._app.jobs["core.gather_digests"])


@pytest.fixture
def post(app: Any) -> Post:
    return Post(app)
