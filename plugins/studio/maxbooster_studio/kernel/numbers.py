"""Settings to coefficients: the one place where they are computed, in float64; both homes get the same float32 numbers.

The layout is what dsp/chain.h reads. Equalizer: state-variable filters by the trapezoidal rule (Zavalishin, "The Art
of VA Filter Design", chapter 4, mixed to bells and shelves as in Simper, "Linear Trapezoidal Integrated SVF", 2013).
"""

from __future__ import annotations

from math import ceil, cos, exp, log2, pi, sin, sqrt, tan

import numpy as np

from .settings import BANDS, Band, Chain, Compressor, Limiter, Strip

LAYOUT = 2
STEP = 4
"""Frames between two gains of the compressor and the limiter."""
NUMBERS = 1 + BANDS * 6 + 7 + 4 + 3 + 2
"""The length of every list: layout, bands, compressor, matrix, limiter, offset."""
HIGHEST = 0.49
"""Of the rate: bands above are refused."""
LOOK_AHEAD_S = 0.0015
MARGIN_DB = 0.1
"""The limiter aims this much below its ceiling."""

_LOG2_PER_DB = log2(10) / 20


def chain_numbers(chain: Chain, rate_hz: int) -> list[float]:
    check_rate(rate_hz)
    gain = 10 ** (chain.gain_db / 20)
    same, other = gain * (1 + chain.width) / 2, gain * (1 - chain.width) / 2
    matrix = [same, other, other, same]
    return _float32(
        [
            LAYOUT,
            *_bands(chain.bands, rate_hz),
            *_compressor(chain.compressor, rate_hz),
            *matrix,
            *_limiter(chain.limiter, rate_hz),
            *chain.offset,
        ]
    )


def strip_numbers(strip: Strip, rate_hz: int) -> list[float]:
    check_rate(rate_hz)
    gain = 10 ** (strip.gain_db / 20)
    matrix = [gain * share for share in _pan(strip)]
    return _float32(
        [
            LAYOUT,
            *_bands(strip.bands, rate_hz),
            *_compressor(strip.compressor, rate_hz),
            *matrix,
            *_limiter(None, rate_hz),
            *(0.0, 0.0),
        ]
    )


def check_rate(rate_hz: int) -> None:
    if not 8_000 <= rate_hz <= 384_000:
        raise ValueError(f"rate_hz is {rate_hz}: the kernel works from 8000 to 384000 Hz")


def _bands(bands: tuple[Band, ...], rate_hz: int) -> list[float]:
    neutral = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    filters = [_band(band, rate_hz) for band in bands]
    return [number for each in filters + [neutral] * (BANDS - len(bands)) for number in each]


def _band(band: Band, rate_hz: int) -> list[float]:
    """a1, a2, a3 of the filter, then how much of its input, band-pass and low-pass is heard."""
    if band.hz > HIGHEST * rate_hz:
        raise ValueError(f"hz is {band.hz:g}: at {rate_hz} Hz a band lies at most at {HIGHEST * rate_hz:g} Hz")
    root = 10 ** (band.gain_db / 40)
    g, k = tan(pi * band.hz / rate_hz), 1 / band.q
    match band.kind:
        case "bell":
            k /= root
            mix = [1.0, k * (root**2 - 1), 0.0]
        case "low_shelf":
            g /= sqrt(root)
            mix = [1.0, k * (root - 1), root**2 - 1]
        case "high_shelf":
            g *= sqrt(root)
            mix = [root**2, k * (1 - root) * root, 1 - root**2]
        case "low_cut":
            mix = [1.0, -k, -1.0]
        case "high_cut":
            mix = [0.0, 0.0, 1.0]
    a1 = 1 / (1 + g * (g + k))
    return [a1, g * a1, g * g * a1, *mix]


def _compressor(compressor: Compressor | None, rate_hz: int) -> list[float]:
    """Where the knee begins, its width and 1 / (2 width), the slope beyond it, shares of attack and release per step,
    make-up gain."""
    if compressor is None:
        return [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    knee = compressor.knee_db * _LOG2_PER_DB
    return [
        compressor.threshold_db * _LOG2_PER_DB - knee / 2,
        knee,
        1 / (2 * knee) if knee else 0.0,
        1 / compressor.ratio - 1,
        _share(compressor.attack_ms, rate_hz),
        _share(compressor.release_ms, rate_hz),
        10 ** (compressor.makeup_db / 20),
    ]


def _limiter(limiter: Limiter | None, rate_hz: int) -> list[float]:
    """The ceiling (0: no limiter), the share of release per step, how many steps it looks ahead."""
    if limiter is None:
        return [0.0, 0.0, 0.0]
    ceiling = 10 ** ((limiter.ceiling_dbtp - MARGIN_DB) / 20)
    return [ceiling, _share(limiter.release_ms, rate_hz), float(ceil(LOOK_AHEAD_S * rate_hz / STEP))]


def _share(time_ms: float, rate_hz: int) -> float:
    """How much of the way is left behind in one step by an exponential of this time constant."""
    return 1 - exp(-STEP / (rate_hz * time_ms / 1000))


def _pan(strip: Strip) -> list[float]:
    """The matrix: left to left, right to left, left to right, right to right."""
    if isinstance(strip.pan, tuple):
        left, right = (_constant_power(pan) for pan in strip.pan)
        return [left[0], right[0], left[1], right[1]]
    if strip.channels == 1:
        from_left, from_right = _constant_power(strip.pan)
        return [from_left, 0.0, 0.0, from_right]
    return [min(1.0, 1 - strip.pan), 0.0, 0.0, min(1.0, 1 + strip.pan)]


def _constant_power(pan: float) -> tuple[float, float]:
    angle = (pan + 1) * pi / 4
    return cos(angle), sin(angle)


def _float32(numbers: list[float]) -> list[float]:
    return [float(number) for number in np.array(numbers, np.float32)]
