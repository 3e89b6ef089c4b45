"""A clock that tests set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Runs with real time, from wherever it was set."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, **step: float) -> None:
        """Go forward: `clock.advance(hours=2)`, in the words of `timedelta`."""
        self._ahead += timedelta(**step)
