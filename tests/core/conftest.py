from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio

from .connections.oidc import OidcServer, running
from .rows import Crate, Record


@pytest_asyncio.fixture
async def crates(app: Any) -> Any:
    """The `app` with the tests' own tables."""
    await app.database.transact(
        lambda connection: Crate.metadata.create_all(connection, [Crate.__table__, Record.__table__])
    )
    return app


@pytest.fixture(scope="session")
def oidc_process() -> Iterator[OidcServer]:
    with running("http://127.0.0.1:8080") as server:
        yield server


@pytest.fixture
def oidc(oidc_process: OidcServer) -> Iterator[OidcServer]:
    oidc_process.ask(next=[], skewS=0)
    yield oidc_process
    oidc_process.ask(next=[], skewS=0)
