"""What a person sets, in the words and units of the field."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

BandKind = Literal["bell", "low_shelf", "high_shelf", "low_cut", "high_cut"]

BANDS = 8
"""The most in one chain or strip."""


@dataclass(frozen=True)
class Band:
    """One band of the equalizer, 12 dB per octave in the cuts. `hz` is the centre or the corner; `gain_db` does
    nothing in cuts.

    Raises:
        ValueError: a number is out of its range; names it, its value and the range.
    """

    kind: BandKind
    hz: float
    gain_db: float = 0.0
    q: float = 0.707

    def __post_init__(self) -> None:
        _within("hz", self.hz, 10.0, 150_000.0)
        _within("gain_db", self.gain_db, -30.0, 30.0)
        _within("q", self.q, 0.1, 40.0)


@dataclass(frozen=True)
class Compressor:
    """Feed-forward, linked over the two channels, on the peak level.

    Raises:
        ValueError: a number is out of its range; names it, its value and the range.
    """

    threshold_db: float = -18.0
    ratio: float = 2.0
    attack_ms: float = 10.0
    release_ms: float = 150.0
    knee_db: float = 6.0
    makeup_db: float = 0.0

    def __post_init__(self) -> None:
        _within("threshold_db", self.threshold_db, -80.0, 0.0)
        _within("ratio", self.ratio, 1.0, 100.0)
        _within("attack_ms", self.attack_ms, 0.05, 1_000.0)
        _within("release_ms", self.release_ms, 1.0, 10_000.0)
        _within("knee_db", self.knee_db, 0.0, 40.0)
        _within("makeup_db", self.makeup_db, -30.0, 30.0)


@dataclass(frozen=True)
class Limiter:
    """Looks ahead, and keeps the true peak at or below `ceiling_dbtp`.

    Raises:
        ValueError: a number is out of its range; names it, its value and the range.
    """

    ceiling_dbtp: float = -1.0
    release_ms: float = 120.0

    def __post_init__(self) -> None:
        _within("ceiling_dbtp", self.ceiling_dbtp, -40.0, 0.0)
        _within("release_ms", self.release_ms, 1.0, 10_000.0)


@dataclass(frozen=True)
class Chain:
    """Offset, bands, compressor, width, gain, limiter, in this order. `offset` is subtracted from left and right;
    `width` 0 is mono, 1 is as it came; `gain_db` is what goes into the limiter.

    Raises:
        ValueError: a number is out of its range; names it, its value and the range.
    """

    bands: tuple[Band, ...] = ()
    compressor: Compressor | None = None
    width: float = 1.0
    gain_db: float = 0.0
    limiter: Limiter | None = None
    offset: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        _bands(self.bands)
        _within("width", self.width, 0.0, 4.0)
        _within("gain_db", self.gain_db, -120.0, 80.0)
        for each in self.offset:
            _within("offset", each, -4.0, 4.0)

    def numbers(self, rate_hz: int) -> list[float]:
        """This chain as the kernel takes it, here and in the browser: float32 values, the same layout for every chain.

        Raises:
            ValueError: a band lies above what `rate_hz` can carry, or the rate is outside 8–384 kHz.
        """
        from .numbers import chain_numbers

        return chain_numbers(self, rate_hz)


@dataclass(frozen=True)
class Strip:
    """A track of the mixer: bands, compressor, fader and pan.

    `pan` runs from −1 (left) to 1 (right). A mono track (`channels` 1) is panned with constant power, 3 dB down in
    the middle; a stereo track is balanced; two numbers pan its channels apart, each with constant power.

    Raises:
        ValueError: a number is out of its range; names it, its value and the range.
    """

    bands: tuple[Band, ...] = ()
    compressor: Compressor | None = None
    gain_db: float = 0.0
    pan: float | tuple[float, float] = 0.0
    channels: Literal[1, 2] = 2

    def __post_init__(self) -> None:
        _bands(self.bands)
        _within("gain_db", self.gain_db, -240.0, 40.0)
        for pan in self.pan if isinstance(self.pan, tuple) else (self.pan,):
            _within("pan", pan, -1.0, 1.0)
        if self.channels not in (1, 2):
            raise ValueError(f"channels is {self.channels}: a track has 1 or 2")

    def numbers(self, rate_hz: int) -> list[float]:
        """As `Chain.numbers`.

        Raises:
            ValueError: a band lies above what `rate_hz` can carry, or the rate is outside 8–384 kHz.
        """
        from .numbers import strip_numbers

        return strip_numbers(self, rate_hz)


def _bands(bands: tuple[Band, ...]) -> None:
    if len(bands) > BANDS:
        raise ValueError(f"{len(bands)} bands: at most {BANDS} fit")


def _within(name: str, value: float, least: float, most: float) -> None:
    if not (isfinite(value) and least <= value <= most):
        raise ValueError(f"{name} is {value:g}: choose {least:g} to {most:g}")
