from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from maxbooster.connections.models import ConnectionRow
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.oauth import protocol as oauth
from maxbooster.testing import make_app, make_person, open_browser
from tests.contract.conftest import site as site  # noqa: PLC0414
from tests.contract.site import Site

from .oidc import NAME, OidcServer, sign_in

API = "/api/core/connections"


@pytest.fixture
def installed(site: Site, oidc: OidcServer) -> Site:
    site.install("quay", oidc.plugin, manifest="hosts=('127.0.0.1',)")
    return site


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """SQLite; what depends on the database, renewing, is tried on both."""
    shutil.copy(migrated_sqlite, tmp_path / "maxbooster.db")
    return f"sqlite:///{tmp_path / 'maxbooster.db'}"


@pytest_asyncio.fixture
async def app(database_url: str, tmp_path: Path, clock: Any, installed: Site) -> AsyncIterator[Any]:
    async with make_app(tmp_path / "data", database_url, clock=clock, migrated=True) as opened:
        yield opened


@pytest_asyncio.fixture
async def nova(app: Any) -> Any:
    return await make_person(app, "nova@example.org")


@pytest_asyncio.fixture
async def browser(app: Any, nova: Any) -> AsyncIterator[Any]:
    """Nova's, logged in."""
    async with open_browser(app) as opened:
        await opened.log_in(nova)
        yield opened


async def begin(browser: Any, connection: str | None = None) -> str:
    started = await browser.post(f"{API}/sign-ins", json={"provider": NAME, "connection": connection})
    assert started.status_code == 201, started.text
    return str(started.json()["url"])


async def finish(browser: Any, returned: dict[str, str], **other: str) -> Any:
    return await browser.post(f"{API}/sign-ins/complete", json={"provider": NAME} | returned | other)


async def connected(browser: Any, name: str = "ana", connection: str | None = None) -> dict[str, Any]:
    """A connection to the provider as the user `name` there."""
    done = await finish(browser, sign_in(await begin(browser, connection), name))
    assert done.status_code == 201, done.text
    made: dict[str, Any] = done.json()
    return made


@dataclass
class Made:
    """A connection of `ana`, and what tests do with it."""

    app: Any
    me: Identity
    oidc: Any
    id: UUID

    async def call(self, app: Any = None, me: Identity | None = None) -> httpx.Response:
        async with (app or self.app).unit(me or self.me) as ctx:
            return await ctx.connection(self.id).client().request("GET", f"{self.oidc.at}/me")

    async def calls(self, count: int) -> list[Any]:
        return await asyncio.gather(*(self.call() for _ in range(count)), return_exceptions=True)

    async def row(self) -> ConnectionRow:
        async with self.app.unit(self.me) as ctx:
            return await ctx.get(ConnectionRow, self.id)

    async def told(self, name: str = "connection.lost") -> tuple[int, int]:
        """Events and notifications of a name."""

        def count(connection):
            of_kind = {"core_event": "name", "core_notice": "kind"}
            counts = (f"SELECT count(*) FROM {table} WHERE {column} = :name" for table, column in of_kind.items())
            return tuple(connection.execute(text(each), {"name": name}).scalar() for each in counts)

        return await self.app.database.read(count)

    async def withdraw(self) -> None:
        """As if the user had removed the access at the provider."""
        login = await self.app.connections.login(self.me.account, self.id)
        await oauth.revoke(self.app.http, login.provider.login, login.tokens.refresh, "refresh_token")


@pytest_asyncio.fixture
async def made(app, nova, oidc, browser):
    me = Identity(nova.account, nova.user, frozenset({EVERYTHING}))
    return Made(app, me, oidc, UUID((await connected(browser))["id"]))
