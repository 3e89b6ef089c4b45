"""These tests share an app: one for each module and database. Each has an account of its own, and so its own book."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from maxbooster.testing import open_api, services
from maxbooster.testing.app import make_app
from maxbooster.testing.clock import Clock


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "maxbooster.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("migrated_postgres")
    url = services.create_database(template, template)
    yield url
    services.drop_database(template, url)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(database_url: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> AsyncIterator[Any]:
    data = tmp_path_factory.mktemp("data")
    async with make_app(data, database_url, clock=clock, migrated=True, sandbox__enabled="true") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def api(app: Any, account: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(app, account.account) as client:
        yield client
