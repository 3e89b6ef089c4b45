"""What every decoder gives, and how a file is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from maxbooster.plugin import Invalid

from .layout import Layout

BLOCK = 65_536
"""Frames that are read at a time."""

Block = NDArray[np.float32]
"""Of shape (frames, channels)."""


class UnreadableAudio(Invalid):
    """A file that is no sound recording, or a broken one; the text names the file and the reason."""

    type = "unreadable-audio"
    title = "The recording cannot be read"


class Damaged(Exception):
    """Decoding stopped; `frames` of sound were read before."""

    def __init__(self, frames: int) -> None:
        self.frames = frames


class Source(Protocol):
    """An opened recording. `frames`: what its container promises (0: nothing). `notices`: what was found odd."""

    rate_hz: int
    channels: int
    layout: Layout
    codec: str
    bits: int | None
    frames: int
    notices: list[str]
    plain: bool
    """Whether the container is as its standard says, so that other players read the same from it."""

    def blocks(self) -> Iterator[Block]:
        """Every frame in order, the same each time.

        Raises:
            Damaged: decoding cannot go on.
        """

    def close(self) -> None: ...


def shown(path: Path | str) -> str:
    """A path as text that can be printed and sent: what is not UTF-8 in it becomes “�”."""
    return os.fsencode(path).decode("utf-8", "replace")


def clock(seconds: float) -> str:
    """`1:05.250`: minutes, seconds, milliseconds."""
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 60_000}:{milliseconds // 1000 % 60:02d}.{milliseconds % 1000:03d}"
