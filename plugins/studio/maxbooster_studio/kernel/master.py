"""A mastering chain over one mono or stereo stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .blocks import check_channels, pieces
from .library import functions, state
from .settings import Chain

QUANTUM = 64
"""The kernel works in quanta of this many frames."""


class Master:
    """`push` blocks, then `finish`: together exactly as many frames come out as went in, in time with the input.

    Raises:
        ValueError: the rate is outside 8–384 kHz, not 1 or 2 channels, or a band above what the rate can carry.
    """

    def __init__(self, rate_hz: int, channels: int, chain: Chain, *, level: str | None = None) -> None:
        check_channels(channels, 2)
        self.rate_hz, self.channels = rate_hz, channels
        numbers = np.array(chain.numbers(rate_hz), np.float32)
        self._kernel = functions(level)
        self._state = state(self._kernel.master_bytes())
        self._kernel.master_open(self._state.ctypes.data, channels, numbers.ctypes.data)
        self.latency_frames = int(self._kernel.master_latency(self._state.ctypes.data))
        self._to_drop = self.latency_frames
        self._heard = self._given = 0
        self._rest = np.array(chain.offset[:channels], np.float32)
        """What is silence before the offset is taken off."""

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Hear `(frames, channels)`; give what is ready, which may be fewer or no frames.

        Raises:
            ValueError: the block is not float32 or has another shape.
        """
        ready = [self._run(piece) for piece in pieces(block, self.channels)]
        self._heard += len(block)
        return self._in_time(np.concatenate(ready) if ready else self._silence(0))

    def finish(self) -> NDArray[np.float32]:
        """The rest. Afterwards the chain is at its end."""
        owed = self._heard - self._given
        return self._in_time(self._run(self._silence(self.latency_frames + QUANTUM) + self._rest))[:owed]

    def _run(self, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        ready = np.empty((len(piece) + QUANTUM, self.channels), np.float32)
        count = self._kernel.master_push(self._state.ctypes.data, piece.ctypes.data, len(piece), ready.ctypes.data)
        return ready[:count]

    def _in_time(self, ready: NDArray[np.float32]) -> NDArray[np.float32]:
        late = min(self._to_drop, len(ready))
        self._to_drop -= late
        self._given += len(ready) - late
        return ready[late:]

    def _silence(self, frames: int) -> NDArray[np.float32]:
        return np.zeros((frames, self.channels), np.float32)
