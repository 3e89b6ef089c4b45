"""Everything that is measured of a recording, in one pass over its blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..audio import AudioFile
from ..kernel import Loudness, Meter, Peaks
from .levels import Balance, PeakLevels
from .schemas import Analysis
from .spectrum import Spectrum

Progress = Callable[[float], None]
"""Hears how much is done, from 0 to 1; what it raises ends the work."""


@dataclass(frozen=True)
class Measured:
    """`short_term`: LUFS every 100 ms. `peaks`: the pyramid, finest level first. `first_offset`: the mean of each
    channel over the first second."""

    analysis: Analysis
    short_term: NDArray[np.float32]
    peaks: list[tuple[int, NDArray[np.int16]]]
    first_offset: tuple[float, ...]


class Measuring:
    """Push blocks, then ask once for the result."""

    def __init__(self, rate_hz: int, channels: int, positions: Sequence[str] | None = None) -> None:
        self._rate_hz, self._channels, self._frames = rate_hz, channels, 0
        self._meter, self._peaks = Meter(rate_hz, channels, positions), Peaks(channels)
        self._spectrum, self._levels = Spectrum(rate_hz, channels), PeakLevels(rate_hz, channels)
        self._balance = Balance(rate_hz, channels)

    def push(self, block: NDArray[np.float32]) -> None:
        self._frames += len(block)
        for each in (self._meter, self._peaks, self._spectrum, self._levels, self._balance):
            each.push(block)

    def result(self, notices: Sequence[str] = ()) -> Measured:
        self._spectrum.close()
        self._levels.close()
        loudness = self._meter.loudness()
        return Measured(
            self._analysis(loudness, notices), loudness.short_term, self._peaks.levels(), self._balance.first_offset()
        )

    def _analysis(self, loudness: Loudness, notices: Sequence[str]) -> Analysis:
        integrated, true_peak = rounded(loudness.integrated_lufs), rounded(loudness.true_peak_dbtp)
        known = integrated is not None and true_peak is not None
        return Analysis(
            sample_rate_hz=self._rate_hz,
            channels=self._channels,
            duration_s=round(self._frames / self._rate_hz, 3),
            integrated_lufs=integrated,
            loudness_range_lu=rounded(loudness.loudness_range_lu) if integrated is not None else None,
            max_momentary_lufs=rounded(loudness.max_momentary_lufs),
            max_short_term_lufs=rounded(loudness.max_short_term_lufs),
            true_peak_dbtp=true_peak,
            sample_peak_dbfs=rounded(loudness.sample_peak_dbfs),
            peak_to_loudness_lu=round(true_peak - integrated, 2) if known else None,  # type: ignore[operator]
            usual_peak_dbfs=rounded(self._levels.percentile_db(0.5)),
            loud_peak_dbfs=rounded(self._levels.percentile_db(0.95)),
            stereo_correlation=self._balance.correlation(),
            side_level_db=self._balance.side_level_db(),
            rumble_db=self._spectrum.rumble_db(),
            dc_offset_dbfs=self._balance.offset_dbfs(),
            bands=self._spectrum.bands(),
            notices=list(notices),
        )


def measure(audio: AudioFile, told: Progress) -> Measured:
    """
    Raises:
        UnreadableAudio: the file breaks off, or has a sample that is not a number.
    """
    measuring, done = Measuring(audio.rate_hz, audio.channels, audio.layout.positions), 0
    for block in audio.blocks():
        measuring.push(block)
        done += len(block)
        told(min(done / audio.frames, 1.0) if audio.frames else 0.0)
    return measuring.result(audio.notices)


def rounded(value: float | None) -> float | None:
    """To hundredths; None for what is not a level (silence is −∞)."""
    return round(float(value), 2) if value is not None and isfinite(value) else None
