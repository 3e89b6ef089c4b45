from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.site import Site

from .server import Platform, running


@pytest_asyncio.fixture
async def platform(database_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    """`maxbooster up` on a fresh database."""
    async with running(tmp_path, database_url) as up:
        yield up


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Plugins made by hand, for this process and for those that it starts."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    made = Site(folder)
    yield made
    made.forget()
