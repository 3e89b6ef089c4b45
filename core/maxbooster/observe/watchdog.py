"""Notices when the event loop stops turning, and says whose code holds it up.

A thread asks the loop for a sign of life twice per threshold. While all is well that is all it costs.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from types import FrameType

from . import metrics
from .logs import log

SHOWN_FRAMES = 12
_RECENT_S = 600.0
_SECOND_LOOK_S = 0.05


@dataclass
class Stall:
    """A time in which the event loop did not turn."""

    plugin: str
    """Whose code held it up; `core` where no plugin took part."""
    frame: str
    """Where in that code: `file:line function`."""
    frames: list[str]
    """The innermost frames, the outermost of them first."""
    began: float
    """On the monotonic clock, at most half a threshold late."""
    seconds: float | None = None
    """How long it lasted; None while it lasts."""


class Watchdog:
    """Watches the loop of one process. `owner_of` says to which plugin a module belongs, None for a library's.

    `threshold_s`: 0 turns it off.
    """

    def __init__(self, threshold_s: float, owner_of: Callable[[str], str | None]) -> None:
        self.is_watching = False
        self.meanwhile: list[Callable[[Stall], None]] = []
        """Called on the watchdog's thread, again and again while the loop stands still."""
        self._threshold_s = threshold_s
        self._owner_of = owner_of
        self._last: Stall | None = None
        self._turned = threading.Event()
        self._ended = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the running loop during the block."""
        if not self._threshold_s:
            yield
            return
        watched = (asyncio.get_running_loop(), threading.get_ident())
        threading.Thread(target=self._watch, args=watched, name="watchdog", daemon=True).start()
        self.is_watching = True
        try:
            yield
        finally:
            self.is_watching = False
            self._ended.set()
            self._turned.set()

    @property
    def recent(self) -> Stall | None:
        """The last stall, if it is not long ago."""
        last = self._last
        return last if last is not None and monotonic() - last.began < _RECENT_S + (last.seconds or 0.0) else None

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        while not self._ended.wait(self._threshold_s / 2):
            asked = monotonic()
            self._turned.clear()
            try:
                loop.call_soon_threadsafe(self._turned.set)
            except RuntimeError:  # the loop was closed
                return
            if self._turned.wait(self._threshold_s):
                continue
            if self._turned.wait(_SECOND_LOOK_S):  # the whole process was asleep, not the loop alone
                continue
            self._follow(asked, thread)

    def _follow(self, asked: float, thread: int) -> None:
        """Tell of a stall once when it is noticed, and once when it is over."""
        innermost = sys._current_frames().get(thread)
        if innermost is None:
            return
        stall = self._last = _stall(innermost, self._owner_of, asked)
        metrics.STALLS.labels(stall.plugin).inc()
        log.warning(
            "event_loop.stalled",
            plugin=stall.plugin,
            frame=stall.frame,
            seconds=round(monotonic() - asked, 1),
            frames=stall.frames,
        )
        while not self._turned.wait(self._threshold_s):
            for act in self.meanwhile:
                act(stall)
        stall.seconds = monotonic() - asked
        metrics.STALLED_SECONDS.labels(stall.plugin).inc(stall.seconds)
        log.warning(
            "event_loop.resumed", plugin=stall.plugin, frame=stall.frame, stalled_seconds=round(stall.seconds, 1)
        )


def _stall(innermost: FrameType, owner_of: Callable[[str], str | None], began: float) -> Stall:
    """The innermost frame of a plugin is to blame, whatever it called; without one, the core's."""
    frames = list(_outwards(innermost))
    owners = [owner_of(str(frame.f_globals.get("__name__", ""))) for frame in frames]
    owned = [(owner, frame) for owner, frame in zip(owners, frames, strict=True) if owner is not None]
    plugin, frame = next((each for each in owned if each[0] != "core"), owned[0] if owned else ("core", innermost))
    return Stall(plugin, _place(frame), [_place(each) for each in reversed(frames[:SHOWN_FRAMES])], began)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}"
