from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maxbooster.app import App
from maxbooster.settings import read

from .site import Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    made = Site(folder)
    yield made
    made.forget()


@pytest.fixture
def assembled(tmp_path: Path) -> Callable[..., App]:
    """Put an App together from what is installed now; it is connected to nothing."""

    def assemble(**settings: Any) -> App:
        given = {"data": tmp_path / "data", "examples": True, "approved": "*"} | settings
        return App(read({f"MAXBOOSTER_{name.upper()}": str(value) for name, value in given.items()}))

    return assemble
