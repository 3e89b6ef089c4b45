from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import Server


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """`maxbooster up` in a process of its own."""
    running = Server(database_url, tmp_path / "server")
    running.start()
    yield running
    running.kill()
