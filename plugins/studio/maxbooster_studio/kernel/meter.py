"""Loudness after ITU-R BS.1770-5 and EBU R 128, true peak and sample peak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import loudness
from .blocks import check_channels, pieces
from .library import functions, state
from .numbers import check_rate
from .weighting import USUAL, channel_weights, k_weighting

HOPS_PER_S = 50


@dataclass(frozen=True)
class Loudness:
    """What a meter has heard.

    `integrated_lufs` is None where nothing is above the gate of −70 LUFS, the maxima where less than their window was
    heard. `momentary` (400 ms) and `short_term` (3 s) hold LUFS at every 100 ms, beginning with the first whole
    window; −inf is silence. The maxima look every 20 ms (momentary) and every 100 ms. Peaks are −inf for silence.
    """

    integrated_lufs: float | None
    loudness_range_lu: float
    max_momentary_lufs: float | None
    max_short_term_lufs: float | None
    true_peak_dbtp: float
    sample_peak_dbfs: float
    momentary: NDArray[np.float32]
    short_term: NDArray[np.float32]


class Meter:
    """Measures one file as its blocks come. `positions`: which speakers its channels are for, as in a WAVE channel
    mask; unless said, L R, L R C, L R Ls Rs, L R C Ls Rs, L R C LFE Ls Rs, and so on.

    Raises:
        ValueError: the rate is outside 8–384 kHz, or not 1–8 channels.
    """

    def __init__(
        self, rate_hz: int, channels: int, positions: Sequence[str] | None = None, *, level: str | None = None
    ) -> None:
        check_rate(rate_hz)
        check_channels(channels, 8)
        self.rate_hz, self.channels = rate_hz, channels
        self._kernel = functions(level)
        self._state = state(self._kernel.meter_bytes())
        numbers = np.array(self.numbers(rate_hz, channels, positions))
        self._kernel.meter_open(self._state.ctypes.data, rate_hz, channels, numbers.ctypes.data)
        self._weights = numbers[-channels:]
        self._hops: list[NDArray[np.float64]] = []

    @staticmethod
    def numbers(rate_hz: int, channels: int, positions: Sequence[str] | None = None) -> list[float]:
        """What the meter in the browser needs: the K-weighting at this rate, then the weight of each channel."""
        return [*k_weighting(rate_hz), *channel_weights(positions or USUAL[channels])]

    def push(self, block: NDArray[np.float32]) -> None:
        """Hear `(frames, channels)`.

        Raises:
            ValueError: the block is not float32 or has another shape.
        """
        for piece in pieces(block, self.channels):
            hops = np.empty((len(piece) * HOPS_PER_S // self.rate_hz + 2, self.channels))
            count = self._kernel.meter_push(self._state.ctypes.data, piece.ctypes.data, len(piece), hops.ctypes.data)
            if count:
                self._hops.append(hops[:count])

    def loudness(self) -> Loudness:
        """Of everything so far; may be asked at any time."""
        hops = np.concatenate(self._hops) if self._hops else np.zeros((0, self.channels))
        powers = (hops * self._weights).sum(axis=1)
        peaks = np.empty((2, self.channels), np.float32)
        self._kernel.meter_peaks(self._state.ctypes.data, peaks.ctypes.data)
        sample, true = peaks.max(axis=1)
        momentary = loudness.momentary(powers)
        short_term = loudness.short_term(powers)
        return Loudness(
            integrated_lufs=loudness.integrated(momentary[::5]),
            loudness_range_lu=loudness.range_lu(short_term),
            max_momentary_lufs=loudness.highest(momentary),
            max_short_term_lufs=loudness.highest(short_term),
            true_peak_dbtp=loudness.decibels(true),
            sample_peak_dbfs=loudness.decibels(sample),
            momentary=loudness.lufs(momentary[::5]).astype(np.float32),
            short_term=loudness.lufs(short_term).astype(np.float32),
        )
