"""What `maxbooster backup` and `maxbooster restore` share: settings without plugins, scratch space, and progress.

Loading the plugins takes longer than a daily backup has to copy, so neither does it before it needs one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..backup.transfer import Progress
from ..settings import Settings, read


def settings() -> Settings:
    return read().decode("core", Settings)


def scratch(settings: Settings) -> Path:
    """Where snapshots lie for a moment: on the disk that has room for the data."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.data


def progress(verb: str, *, quiet: bool) -> Progress:
    """A line on standard error that is written over, where somebody looks."""
    return _silent if quiet or not sys.stderr.isatty() else _Shown(verb)


def _silent(done: int, total: int) -> None: ...


class _Shown:
    def __init__(self, verb: str) -> None:
        self._verb = verb

    def __call__(self, done: int, total: int) -> None:
        sys.stderr.write(f"\r{self._verb} {sized(done)} of {sized(total)}")
        if done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def sized(bytes: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if bytes >= size:
            return f"{bytes / size:.1f} {unit}"
    return f"{bytes} B"
