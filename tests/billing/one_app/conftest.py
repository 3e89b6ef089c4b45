"""These tests share an app: one for each module and database. Each has an account of its own, and so its own book."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from maxbooster.testing import open_api
from maxbooster.testing.app import make_app
from maxbooster.testing.clock import Clock
from maxbooster.testing.pytest_plugin import KINDS, fresh_database


@pytest.fixture(scope="module", params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from fresh_database(request, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(database_url: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> AsyncIterator[Any]:
    data = tmp_path_factory.mktemp("data")
    async with make_app(
        data, database_url, clock=clock, migrated=True, sandbox__enabled="true", billing__checkout_provider="test"
    ) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def api(app: Any, account: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(app, account.account) as client:
        yield client
