"""The waveform as it is drawn: least and greatest sample of every bin, at several resolutions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .blocks import check_channels, pieces
from .library import functions, state

FINEST = 256
COARSER = 4
COARSEST = 65_536


class Peaks:
    """`push` the blocks of one file, then take the `levels`.

    Raises:
        ValueError: not 1–8 channels.
    """

    def __init__(self, channels: int, *, level: str | None = None) -> None:
        check_channels(channels, 8)
        self.channels = channels
        self._kernel = functions(level)
        self._state = state(self._kernel.peaks_bytes())
        self._kernel.peaks_open(self._state.ctypes.data, channels)
        self._bins: list[NDArray[np.int16]] = []

    def push(self, block: NDArray[np.float32]) -> None:
        """Hear `(frames, channels)`.

        Raises:
            ValueError: the block is not float32 or has another shape.
        """
        for piece in pieces(block, self.channels):
            bins = self._empty(len(piece) // FINEST + 1)
            count = self._kernel.peaks_push(self._state.ctypes.data, piece.ctypes.data, len(piece), bins.ctypes.data)
            self._bins.append(bins[:count])

    def levels(self) -> list[tuple[int, NDArray[np.int16]]]:
        """(samples per bin, bins of shape (bins, channels, 2: least and greatest, ±32767 is full scale)), the finest
        first.

        The last bin of each holds what is left over.
        """
        rest = self._empty(1)
        count = self._kernel.peaks_rest(self._state.ctypes.data, rest.ctypes.data)
        found = [(FINEST, np.concatenate([*self._bins, rest[:count]]))]
        while found[-1][0] < COARSEST:
            samples, bins = found[-1]
            found.append((samples * COARSER, _coarser(bins)))
        return found

    def _empty(self, bins: int) -> NDArray[np.int16]:
        return np.empty((bins, self.channels, 2), np.int16)


def _coarser(bins: NDArray[np.int16]) -> NDArray[np.int16]:
    starts = np.arange(0, len(bins), COARSER)
    if len(starts) == 0:
        return bins
    least = np.minimum.reduceat(bins[..., 0], starts)
    greatest = np.maximum.reduceat(bins[..., 1], starts)
    return np.stack([least, greatest], axis=-1)
