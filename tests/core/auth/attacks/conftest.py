"""What the attacks share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from maxbooster.testing.clock import Clock

from .tools import Links


class Standing(Clock):
    """Moves only when it is advanced: however slowly a test runs, no try is given back meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._began = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._began + self._ahead


@pytest.fixture
def clock() -> Clock:
    return Standing()


@pytest.fixture(autouse=True)
def revoked_at_once(at_once: None) -> None:
    """What one credential changes, another sees at once."""


@pytest.fixture
def links(home, browser, link_to) -> Links:
    return Links(home, browser, link_to)
