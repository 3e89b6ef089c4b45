"""An App, its API and its worker, inside a test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Connection, func, select

from ..app import App
from ..auth.keys.service import create
from ..http.assembly import serving
from ..identity import EVERYTHING
from ..jobs.models import UNFINISHED, JobRow
from ..jobs.worker import Worker
from ..plugins.registry import Registry
from ..settings import read
from .clock import Clock


@asynccontextmanager
async def make_app(
    data: Path,
    database_url: str,
    *,
    clock: Clock | None = None,
    migrated: bool = False,
    registry: Registry | None = None,
    **settings: Any,
) -> AsyncIterator[App]:
    """An opened App on a database that is brought up to date; `settings` are the core's, by name.

    A plugin's settings are given as `setlist__colour="blue"`.
    """
    given = {"data": data, "database": database_url, "outbound_private": True, "examples": True} | settings
    environment = {f"MAXBOOSTER_{name.upper()}": str(value) for name, value in given.items()}
    app = App(read(environment), registry=registry, clock=clock or Clock())
    async with app.opened(upgrade=not migrated):
        try:
            yield app
        finally:
            _SERVED.pop(app, None)


_SERVED: dict[App, Any] = {}


def served(app: App) -> Any:
    """The app's whole HTTP stack as an ASGI application, put together once; several clients may call it."""
    if app not in _SERVED:
        _SERVED[app] = serving(app, open_resources=False)
    return _SERVED[app]


@asynccontextmanager
async def open_api(
    app: App, account: UUID | None = None, permissions: str = EVERYTHING
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app's whole HTTP stack, in this event loop; as `account` if one is given."""
    headers = {}
    if account is not None:
        rights = frozenset(permissions.split())
        token = await app.database.write(lambda connection: create(connection, account, rights, at=app.clock()))
        headers["authorization"] = f"Bearer {token}"
    transport = httpx.ASGITransport(served(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=app.settings.origin, headers=headers) as client:
        yield client


async def drain(app: App, *, timeout_s: float = 20.0) -> None:
    """Run a worker until no job is due or under way; jobs that wait for a later time stay.

    Raises:
        TimeoutError: there is still work after `timeout_s`.
    """
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(timeout_s):
            while await app.database.read(lambda connection: _work(connection, app)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        worker.stop()
        await running


def _work(connection: Connection, app: App) -> int:
    due = select(func.count()).where(JobRow.state.in_(UNFINISHED), JobRow.run_at <= app.clock())
    return connection.execute(due).scalar_one()
