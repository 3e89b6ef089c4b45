"""What the attacks share."""

from __future__ import annotations

import pytest

from .tools import Links


@pytest.fixture(autouse=True)
def revoked_at_once(at_once: None) -> None:
    """What one credential changes, another sees at once."""


@pytest.fixture
def links(home, browser, link_to) -> Links:
    return Links(home, browser, link_to)
