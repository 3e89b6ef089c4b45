"""The virtual clock: it runs with the wall's, moved ahead by whoever steers, or stands still until it is moved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .store import Store

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock:
    """Kept in the store, so that it goes on where it was after a restart."""

    def __init__(self, store: Store, start_at: int | None = None) -> None:
        self._store = store
        if start_at is not None and store.setting("clock") is None:
            store.set_setting("clock", {"stands_at": start_at})
        self._state: dict[str, int] = store.setting("clock") or {}

    def now(self) -> int:
        if "stands_at" in self._state:
            return self._state["stands_at"]
        return int(time.time()) + self._state.get("ahead", 0)

    @property
    def runs(self) -> bool:
        """Whether time passes by itself."""
        return "stands_at" not in self._state

    def set(self, at: int) -> None:
        """Move ahead to `at`; never back."""
        if at <= self.now():
            return
        self._state = {"ahead": at - int(time.time())} if self.runs else {"stands_at": at}
        self._store.set_setting("clock", self._state)


def midnight(at: int) -> int:
    """The next midnight UTC at or after `at`."""
    return -(-at // DAY) * DAY
