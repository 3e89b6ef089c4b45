from __future__ import annotations

from typing import Any

import pytest_asyncio

from .rows import Crate, Record


@pytest_asyncio.fixture
async def crates(app: Any) -> Any:
    """The `app` with the tests' own tables."""
    await app.database.transact(
        lambda connection: Crate.metadata.create_all(connection, [Crate.__table__, Record.__table__])
    )
    return app
