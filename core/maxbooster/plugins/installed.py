"""Which plugins are installed: the entry points of every package, and what brought them. Nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NamedTuple

GROUP = "maxbooster.plugins"


class Found(NamedTuple):
    """An entry point, and what brought it."""

    entry: EntryPoint
    distribution: str
    version: str


def installed() -> Sequence[Found]:
    """Read once for as long as the folders of packages stay as they are: the metadata of every package is parsed."""
    return _installed(tuple((place, _changed_at(place)) for place in sys.path))


@lru_cache(maxsize=4)
def _installed(places: tuple[tuple[str, int | None], ...]) -> Sequence[Found]:
    return [found_of(entry) for entry in entry_points(group=GROUP)]


def _changed_at(place: str) -> int | None:
    try:
        return Path(place or ".").stat().st_mtime_ns
    except OSError:
        return None


def found_of(entry: EntryPoint) -> Found:
    return Found(entry, entry.dist.name, entry.dist.version) if entry.dist else Found(entry, "unknown", "")
