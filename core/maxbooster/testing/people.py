"""Users for tests, the browsers they sit at, and the emails they get."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Connection, insert

from ..app import App
from ..auth.accounts.queries import join
from ..auth.cookies import CSRF_HEADER
from ..auth.models import Account
from ..auth.people.registration import make_user
from ..db.types import new_id
from .app import served

PASSWORD = "tall giraffes sip cold tea"


@dataclass(frozen=True)
class Person:
    user: UUID
    account: UUID
    email: str
    password: str = PASSWORD


async def make_person(
    app: App,
    email: str = "nova@example.org",
    *,
    role: str = "owner",
    account: UUID | None = None,
    operator: str | None = None,
    password: str = PASSWORD,
) -> Person:
    """A user with a role in `account`, or in one of their own; they log in with the password."""
    hashed = await app.hasher.hash(password)
    person = Person(new_id(), account or new_id(), email, password)

    def make(connection: Connection) -> None:
        now, name = app.clock(), email.partition("@")[0]
        make_user(connection, person.user, email, name=name, password=hashed, now=now, operator=operator)
        if account is None:
            connection.execute(insert(Account).values(id=person.account, name=name, created_at=now))
        join(connection, person.user, person.account, role, now)

    await app.database.transact(make)
    return person


class Browser(httpx.AsyncClient):
    """Keeps cookies, and sends the session's `csrf` value as the pages do."""

    async def log_in(self, person: Person, **more: Any) -> dict[str, Any]:
        body = {"email": person.email, "password": person.password} | more
        return self.note(await self.post("/api/core/session", json=body))

    async def prove(self, person: Person, **more: Any) -> dict[str, Any]:
        return self.note(await self.post("/api/core/session/prove", json={"password": person.password} | more))

    def note(self, answer: httpx.Response) -> dict[str, Any]:
        """Take the `csrf` value from an answer that rotated the session."""
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        if body.get("csrf"):
            self.headers[CSRF_HEADER] = body["csrf"]
        return body


@asynccontextmanager
async def open_browser(app: App, *, address: str = "127.0.0.1", agent: str = "test browser") -> AsyncIterator[Browser]:
    """A browser that nobody is logged in at, calling from `address`."""
    transport = httpx.ASGITransport(served(app), raise_app_exceptions=False, client=(address, 1234))
    async with Browser(transport=transport, base_url=app.settings.origin, headers={"user-agent": agent}) as browser:
        yield browser


def link_in(text: str) -> str:
    """The token of the link in an email."""
    found = re.search(r"#([\w-]{20,})", text)
    if found is None:
        raise AssertionError(f"no link in this email:\n{text}")
    return found.group(1)
