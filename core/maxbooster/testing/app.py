"""An App, its API and its worker, inside a test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import UUID

import httpx
import msgspec
from sqlalchemy import Connection, func, select

from ..app import App
from ..auth.keys.service import create
from ..auth.passwords import Cost, Hasher
from ..http.assembly import build
from ..http.gate import Gate
from ..identity import EVERYTHING
from ..jobs.models import UNFINISHED, JobRow
from ..jobs.worker import Worker
from ..plugins.registry import Registry
from ..settings import read
from .clock import Clock

_CHEAP = Cost(rounds=1, memory_kib=64)
"""What a password costs has tests of its own; elsewhere it would be a fifth of their time."""


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

    A plugin's settings are given as `setlist__color="blue"`.
    """
    given = {
        "data": data,
        "database": database_url,
        "outbound_private": True,
        "examples": True,
        "approved": "*",
        "second_factor": "optional",
    } | settings
    environment = {f"MAXBOOSTER_{name.upper()}": str(value) for name, value in given.items()}
    app = App(read(environment), registry=registry, clock=clock or Clock())
    async with app.opened(upgrade=not migrated):
        app.hasher.close()
        app.hasher = Hasher(waiting=app.settings.hashing_waiting, cost=_CHEAP)
        try:
            yield app
        finally:
            if app in _SERVED:
                _SERVED.pop(app)[1].let_go()


class _Served:
    """Litestar put together once, for one App after another of the same plugins and settings: that is most of the time
    that a quick test takes. It stands for the App that is served at the moment."""

    free: ClassVar[dict[Hashable, list[_Served]]] = {}

    def __init__(self, app: App) -> None:
        self.app = app
        self.litestar = build(cast(App, self))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    @classmethod
    def of(cls, app: App) -> _Served:
        free = cls.free.setdefault(_alike(app), [])
        served = free.pop() if free else cls(app)
        served.app = app
        return served

    def let_go(self) -> None:
        self.free[_alike(self.app)].append(self)


_SERVED: dict[App, tuple[Gate, _Served]] = {}


def served(app: App) -> Any:
    """The app's whole HTTP stack as an ASGI application; several clients may call it."""
    if app not in _SERVED:
        chosen = _Served.of(app)
        _SERVED[app] = Gate(app, chosen.litestar), chosen
    return _SERVED[app][0]


def _alike(app: App) -> Hashable:
    """What Apps have in common that one Litestar can serve."""
    handlers = tuple((plugin, routes.path, *map(id, routes.handlers)) for plugin, routes in app.offers.routes)
    settings = msgspec.structs.replace(app.settings, data=Path(), database="")
    return handlers, tuple(app.offers.static), repr(app.offers.panels), repr(settings)


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
            while (due := await app.database.read(_next_due)) is not None and due <= app.clock():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        worker.stop()
        await running


def _next_due(connection: Connection) -> datetime | None:
    """Compared with the clock afterwards: what is queued while this is read is due later than a time taken before.
    The feeds come first: what a worker takes out of them meanwhile is then found among the jobs."""
    if any(connection.execute(feed.waiting.statement).first() for feed in App.feeds):
        return datetime.min.replace(tzinfo=UTC)
    return connection.execute(select(func.min(JobRow.run_at)).where(JobRow.state.in_(UNFINISHED))).scalar()
