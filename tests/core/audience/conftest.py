"""A page with a form, strangers who use it, and the mail that they get."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from maxbooster.audience.mailing import set_postal_address
from maxbooster.db.types import new_id
from maxbooster.plugin import SignUp, Struct, mailing_list, publish
from maxbooster.testing import drain
from maxbooster.testing.app import served

WORDS = "Nova may email me about new music. I can unsubscribe at any time."
AT = "/api/core/audience"


class Poster(Struct):
    title: str = "Nightfall"


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:"}


@dataclass
class Fans:
    """What strangers do, and what they are sent."""

    app: Any
    list_id: Any
    page: str

    @asynccontextmanager
    async def at(self, address: str = "203.0.113.7", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(served(self.app), raise_app_exceptions=False, client=(address, 1))
        async with httpx.AsyncClient(
            transport=transport, base_url=self.app.settings.origin, headers=headers
        ) as browser:
            yield browser

    async def post(
        self, path: str, data: dict[str, str] | None = None, *, address: str = "203.0.113.7", **headers: str
    ):
        async with self.at(address) as browser:
            return await browser.post(path, data=data or {}, headers=headers)

    async def get(self, path: str):
        async with self.at() as browser:
            return await browser.get(path)

    async def sign_up(self, email: str, *, version: str | None = None, address: str = "203.0.113.7", **headers: str):
        from maxbooster.public.publications import version as version_of

        data = {"email": email, "version": version or version_of(WORDS)}
        return await self.post(f"/p/audience/sign-up/{self.page}", data, address=address, **headers)

    async def join(self, email: str) -> None:
        """Sign up and confirm."""
        assert (await self.sign_up(email)).status_code == 200
        await drain(self.app)
        assert (await self.post(self.link(email, "confirm"))).status_code == 200

    def mail(self, email: str) -> list[Any]:
        return [mail for mail in self.app.mail.sent if mail.to == email]

    def link(self, email: str, what: str) -> str:
        """The path of the newest link of a kind that somebody was sent."""
        return self.link_of(self.mail(email)[-1], what)

    def link_of(self, mail: Any, what: str) -> str:
        return str(re.findall(rf"(/p/audience/{what}/\S+)", mail.text)[-1])


async def published(app: Any, account: Any, words: str = WORDS, sender: str = "Nova") -> tuple[Any, str]:
    async with app.unit(account) as ctx:
        await set_postal_address(ctx, "Nova\n1 Quay Street\nPortland")
    async with app.unit(account) as ctx:
        title = f"New music by {sender}"
        of_list = await mailing_list(ctx, "posters.news", sender.casefold(), title=title, sender=sender)
        form = SignUp(list=of_list.id, heading=f"Hear about new music by {sender}", consent=words)
        row = await publish(ctx, "posters", new_id(), Poster(), title="Nightfall", sign_up=form)
        return of_list.id, f"posters/{row.slug}"


@pytest_asyncio.fixture
async def fans(app: Any, account: Any) -> Fans:
    return Fans(app, *await published(app, account))


async def contact(api: httpx.AsyncClient, email: str) -> Any:
    found = [each for each in (await api.get(f"{AT}/contacts")).json()["items"] if each["email"] == email]
    return (await api.get(f"{AT}/contacts/{found[0]['id']}")).json() if found else None


async def status(api: httpx.AsyncClient, email: str) -> str | None:
    found = await contact(api, email)
    return found["contact"]["lists"][0]["status"] if found else None


def in_base64(content: str | bytes) -> str:
    return b64encode(content.encode() if isinstance(content, str) else content).decode()
