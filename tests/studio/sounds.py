"""Recordings that the tests make themselves, and the file names under which they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 44_100


def song(seconds: float = 6.0, *, rate_hz: int = RATE, channels: int = 2, level_db: float = -12.0) -> NDArray[Any]:
    """A chord that swells, a beat of noise, a little of the room: something with peaks, dynamics and width."""
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    chance = np.random.default_rng(5)
    chord = sum(np.sin(2 * np.pi * hz * time + hz) for hz in (110, 220, 277.2, 329.6, 1318.5)) / 5
    swell = 0.35 + 0.3 * np.sin(2 * np.pi * time / 3.7)
    beat = chance.normal(0, 0.5, len(time)) * np.exp(-(time % 0.5) * 30)
    sides = [chord * swell + beat + chance.normal(0, 0.02, len(time)) for _ in range(channels)]
    return np.stack(sides, axis=1) * 10 ** (level_db / 20)


def write(path: Path, samples: NDArray[Any], rate_hz: int = RATE, **options: Any) -> Path:
    soundfile.write(path, samples, rate_hz, **options)
    return path


def cut(path: Path, share: float = 0.6) -> Path:
    """The file without its end."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path
