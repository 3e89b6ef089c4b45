"""The signals of EBU Tech 3341 and Tech 3342, synthesized; what each must read, and within what.

Program material (3341 cases 7 and 8, 3342 cases 5 and 6) is the EBU's and cannot be synthesized.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .sounds import Block, silence, tone

Quantity = Literal["integrated", "short_term", "momentary", "all_short_term", "all_momentary", "true_peak", "range"]


@dataclass(frozen=True)
class Case:
    name: str
    signal: Block
    quantity: Quantity
    expected: float


def cases(rate_hz: int) -> Iterator[Case]:
    yield from _integrated(rate_hz)
    yield from _windows(rate_hz)
    yield from _true_peaks(rate_hz)
    yield from _ranges(rate_hz)


def _steps(rate_hz: int, *steps: tuple[float, float], channels: int = 2) -> Block:
    """A tone of 1 kHz at each (dBFS, seconds), without a jump in its phase."""
    return np.concatenate([tone(1_000, db, seconds, rate_hz, channels) for db, seconds in steps])


def _integrated(rate_hz: int) -> Iterator[Case]:
    def case(number: int, expected: float, *steps: tuple[float, float]) -> Case:
        return Case(f"3341-{number}", _steps(rate_hz, *steps), "integrated", expected)

    yield case(1, -23.0, (-23, 20))
    yield case(2, -33.0, (-33, 20))
    yield case(3, -23.0, (-36, 10), (-23, 60), (-36, 10))
    yield case(4, -23.0, (-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10))
    yield case(5, -23.0, (-26, 20), (-20, 20.1), (-26, 20))
    levels = {0: -28, 1: -28, 2: -24, 4: -30, 5: -30}
    surround = np.zeros((20 * rate_hz, 6), np.float32)
    for channel, db in levels.items():
        surround[:, channel] = tone(1_000, db, 20, rate_hz, 1)[:, 0]
    yield Case("3341-6", surround, "integrated", -23.0)


def _windows(rate_hz: int) -> Iterator[Case]:
    yield Case("3341-9", _steps(rate_hz, *[(-20, 1.34), (-30, 1.66)] * 5), "all_short_term", -23.0)
    yield Case("3341-12", _steps(rate_hz, *[(-20, 0.18), (-30, 0.22)] * 25), "all_momentary", -23.0)
    for i in range(20):
        for case, quantity, wait, length in ((10, "short_term", 0.15, 3.0), (13, "momentary", 0.02, 0.4)):
            parts = [silence(i * wait, rate_hz), tone(1_000, -23, length, rate_hz), silence(1, rate_hz)]
            yield Case(f"3341-{case}.{i + 1}", np.concatenate(parts), quantity, -23.0)  # type: ignore[arg-type]
        yield Case(f"3341-11.{i + 1}", tone(1_000, -38 + i, 3, rate_hz), "short_term", -38.0 + i)
        yield Case(f"3341-14.{i + 1}", tone(1_000, -38 + i, 0.4, rate_hz), "momentary", -38.0 + i)


def _true_peaks(rate_hz: int) -> Iterator[Case]:
    rows = ((15, 4, 0, 0.5), (16, 4, 45, 0.5), (17, 6, 60, 0.5), (18, 8, 67.5, 0.5), (19, 4, 45, 1.41))
    for number, per_period, degrees, scale in rows:
        wave = scale * np.sin(2 * np.pi * np.arange(rate_hz) / per_period + np.deg2rad(degrees))
        faded = wave * np.minimum(1, np.minimum(np.arange(rate_hz), np.arange(rate_hz)[::-1]) / (rate_hz / 10))
        signal = np.repeat(faded[:, None], 2, axis=1).astype(np.float32)
        yield Case(f"3341-{number}", signal, "true_peak", 3.0 if scale > 1 else -6.0)
    for offset in range(4):
        yield Case(f"3341-{20 + offset}", _one_period_at_full_scale(rate_hz, offset), "true_peak", 0.0)


def _one_period_at_full_scale(rate_hz: int, offset: int) -> Block:
    """Half-scale fs/6 tone with one full-scale period, made at four times the rate and decimated from `offset` on."""
    frames = 4 * rate_hz
    per_period = 24
    wave = 0.5 * np.sin(2 * np.pi * np.arange(frames) / per_period)
    middle = frames // 2 // per_period * per_period
    wave[middle : middle + per_period] *= 2
    wave *= np.minimum(1, np.minimum(np.arange(frames), np.arange(frames)[::-1]) / (frames / 10))
    return np.repeat(_below_half_the_rate(wave)[offset::4, None], 2, axis=1).astype(np.float32)


def _below_half_the_rate(wave: np.ndarray) -> np.ndarray:
    """Low-pass at an eighth of the rate, as a decimator's; 0.0 dB up to 0.4 of the lower rate."""
    at = np.arange(-192, 193)
    kernel = np.sinc(at / 4) / 4 * np.kaiser(len(at), 8)
    return np.convolve(wave, kernel / kernel.sum(), "same")


def _ranges(rate_hz: int) -> Iterator[Case]:
    for number, expected, *levels in (
        (1, 10, -20, -30),
        (2, 5, -20, -15),
        (3, 20, -40, -20),
        (4, 15, -50, -35, -20, -35, -50),
    ):
        yield Case(f"3342-{number}", _steps(rate_hz, *[(level, 20) for level in levels]), "range", float(expected))
