"""pytest fixtures for the core's tests and for plugin authors'.

`app` is an opened App on a fresh database, once on SQLite and once on PostgreSQL, in the test's own event loop;
`api` a client of its HTTP stack; `account` the identity of a new account.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

import httpx
import pytest
import pytest_asyncio

from . import services
from .clock import Clock

KINDS = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--one-database",
        action="store_true",
        help="run each test on one of the databases, SQLite or PostgreSQL by its name, instead of on both",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("one_database"):
        left_out = [item for item in items if _is_on_the_other(item)]
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)


def _is_on_the_other(item: pytest.Item) -> bool:
    """Half of the tests run on either, always the same ones."""
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    kind = next((each for each in given if isinstance(each, str) and each in KINDS), None)
    if kind is None:
        return False
    return KINDS[crc32(item.nodeid.replace(kind, "").encode()) % len(KINDS)] != kind


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: the collector need not walk through it, neither meanwhile nor after every
    few tests, which would be a tenth of their time and a pause of a second each."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(20_000, 10, 10)
        gc.callbacks.append(_freeze_survivors)


def _freeze_survivors(phase: str, info: Mapping[str, int]) -> None:
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    from ..observe import logs

    logs.configure(level="warning")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every plugin's tables; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _migrate(path.parent, f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Copies]:
    """Copies of a PostgreSQL database with every plugin's tables. Who has no PostgreSQL still tests on SQLite, and
    reads what was skipped at the end."""
    try:
        server = services.postgres()
    except services.Missing as missing:
        pytest.skip(f"PostgreSQL tests skipped: {missing}")
    url = services.create_database(server)
    _migrate(tmp_path_factory.mktemp("template"), url)
    copies = services.Copies(server, url)
    yield copies
    copies.close()
    services.drop_database(server, url)


def _migrate(data: Path, url: str) -> None:
    from .app import make_app

    async def migrate() -> None:
        async with make_app(data, url):
            pass

    asyncio.run(migrate())


def fresh_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A migrated database of the kind that `request.param` names, for a fixture of any scope:
    `yield from fresh_database(request, tmp_path)`."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), folder / 'maxbooster.db')}"
        return
    copies: services.Copies = request.getfixturevalue("migrated_postgres")
    url = copies.take()
    yield url
    copies.give_back(url)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database, for a test of what has nothing to do with the kind of database."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'maxbooster.db')}"


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database: the test runs once on each kind."""
    yield from fresh_database(request, tmp_path)


@pytest.fixture
def redis_url() -> str:
    try:
        return services.redis()
    except services.Missing as missing:
        pytest.skip(f"Redis tests skipped: {missing}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app_settings() -> dict[str, Any]:
    """Override it to set settings of the `app` fixture."""
    return {}


@pytest_asyncio.fixture
async def app(database_url: str, tmp_path: Path, clock: Clock, app_settings: dict[str, Any]) -> AsyncIterator[Any]:
    from .app import make_app

    async with make_app(tmp_path / "data", database_url, clock=clock, migrated=True, **app_settings) as opened:
        yield opened


@pytest.fixture
def account() -> Any:
    """Who may do everything in a new account."""
    from ..db.types import new_id
    from ..identity import EVERYTHING, Identity

    return Identity(new_id(), new_id(), frozenset({EVERYTHING}))


@pytest_asyncio.fixture
async def api(app: Any, account: Any) -> AsyncIterator[httpx.AsyncClient]:
    from .app import open_api

    owner: UUID = account.account
    async with open_api(app, owner) as client:
        yield client
