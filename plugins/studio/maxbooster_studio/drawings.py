"""What is drawn of a recording: peaks and the loudness curve, small enough to travel."""

from __future__ import annotations

from base64 import b64encode

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from .analysis import Measured

MOST_BINS = 20_000
"""Finer levels are not kept."""
MOST_POINTS = 2_400
_FIRST_S, _EVERY_S = 3.0, 0.1
"""Short-term loudness looks 3 s back, ten times a second (EBU Tech 3341)."""


class Peaks(Struct, frozen=True):
    """`peaks`: Base64 of little-endian int16, for each bin and channel the least and the greatest sample of 32767."""

    samples_per_bin: int
    bins: int
    channels: int
    peaks: str


class Curve(Struct, frozen=True):
    """Short-term loudness: the value at place n is what was heard up to `begin_s + n · step_s`; null is silence."""

    begin_s: float
    step_s: float
    short_term_lufs: list[float | None]


class _Level(Struct, array_like=True):
    samples_per_bin: int
    channels: int
    bins: bytes


def packed_peaks(measured: Measured) -> bytes:
    """The pyramid's levels with at most `MOST_BINS` bins, the finest first; the coarsest in any case."""
    kept = [each for each in measured.peaks if len(each[1]) <= MOST_BINS] or measured.peaks[-1:]
    levels = [_Level(samples, bins.shape[1], bins.astype("<i2").tobytes()) for samples, bins in kept]
    return msgspec.msgpack.encode(levels)


def peaks(packed: bytes, wanted: int) -> Peaks:
    """The coarsest level with at least `wanted` bins, else the finest."""
    levels = msgspec.msgpack.decode(packed, type=list[_Level])
    enough = [level for level in levels if _count(level) >= wanted]
    level = enough[-1] if enough else levels[0]
    return Peaks(level.samples_per_bin, _count(level), level.channels, b64encode(level.bins).decode())


def _count(level: _Level) -> int:
    return len(level.bins) // (4 * level.channels)


def packed_curve(measured: Measured) -> bytes:
    """The loudest of as many neighbors as makes at most `MOST_POINTS`."""
    values = measured.short_term
    together = max(1, -(-len(values) // MOST_POINTS))
    loudest: NDArray[np.float32] = values
    if together > 1:
        loudest = np.maximum.reduceat(values, np.arange(0, len(values), together))
    points = [round(float(each), 1) if np.isfinite(each) else None for each in loudest]
    return msgspec.msgpack.encode(Curve(_FIRST_S, round(_EVERY_S * together, 1), points))


def curve(packed: bytes) -> Curve:
    return msgspec.msgpack.decode(packed, type=Curve)
