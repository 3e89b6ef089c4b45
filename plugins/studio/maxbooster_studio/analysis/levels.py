"""How loud the peaks usually are, and how the two channels lie to each other."""

from __future__ import annotations

from math import log10, sqrt

import numpy as np
from numpy.typing import NDArray

from .pieces import Pieces

_STEPS_PER_DB = 4
_LOWEST_DB, _HIGHEST_DB = -100, 40
_SILENCE_DB = -70.0


class PeakLevels:
    """The peaks of every 50 ms, whichever channel they are in, counted by level in quarters of a decibel."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._pieces = Pieces(rate_hz // 20, channels)
        self._counts = np.zeros((_HIGHEST_DB - _LOWEST_DB) * _STEPS_PER_DB, np.int64)

    def push(self, block: NDArray[np.float32]) -> None:
        self._add(self._pieces.push(block))

    def close(self) -> None:
        self._add(self._pieces.rest())

    def _add(self, pieces: NDArray[np.float32]) -> None:
        if len(pieces):
            peaks = np.abs(pieces).max(axis=(1, 2)).astype(np.float64)
            levels = 20 * np.log10(np.maximum(peaks, 1e-5))
            steps = np.clip((levels - _LOWEST_DB) * _STEPS_PER_DB, 0, len(self._counts) - 1).astype(int)
            np.add.at(self._counts, steps, 1)

    def percentile_db(self, share: float) -> float | None:
        """Below which `share` of those above −70 dBFS lie; None if there are none."""
        counts = self._counts.copy()
        counts[: int((_SILENCE_DB - _LOWEST_DB) * _STEPS_PER_DB)] = 0
        if not counts.any():
            return None
        step = int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
        return (step + 0.5) / _STEPS_PER_DB + _LOWEST_DB


class Balance:
    """Sums over all samples, in float64: offset, correlation, and what differs beside what is shared."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._frames, self._rate_hz = 0, rate_hz
        self._sum, self._first = np.zeros(channels), np.zeros(channels)
        self._products = np.zeros((channels, channels))

    def push(self, block: NDArray[np.float32]) -> None:
        first = block[: max(self._rate_hz - self._frames, 0)]
        self._first += first.sum(axis=0, dtype=np.float64)
        self._frames += len(block)
        self._sum += block.sum(axis=0, dtype=np.float64)
        if block.shape[1] == 2:
            wide = block.astype(np.float64)
            self._products += wide.T @ wide

    def correlation(self) -> float | None:
        """Pearson's without the means (a goniometer's); None unless both channels have sound."""
        if self._products.shape != (2, 2):
            return None
        left, right = self._products[0, 0], self._products[1, 1]
        return round(float(self._products[0, 1] / sqrt(left * right)), 3) if left and right else None

    def side_level_db(self) -> float | None:
        """None unless it is stereo; −100 and less is mono in two channels."""
        if self._products.shape != (2, 2):
            return None
        both, cross = self._products[0, 0] + self._products[1, 1], 2 * self._products[0, 1]
        mid, side = both + cross, both - cross
        if not both:
            return None
        return round(10 * log10(max(side, both * 1e-12) / max(mid, both * 1e-12)), 1)

    def first_offset(self) -> tuple[float, ...]:
        """The mean of each channel over the first second."""
        return tuple((self._first / max(min(self._frames, self._rate_hz), 1)).tolist())

    def offset_dbfs(self) -> float | None:
        largest = float(np.abs(self._sum).max()) / max(self._frames, 1)
        level = 20 * log10(largest) if largest else -200.0
        return round(level, 1) if level > -90 else None
