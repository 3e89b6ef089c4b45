"""Music that the tests compose themselves: different in kind, the same at every run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from . import sounds

Mono = NDArray[np.float64]
_SCALE_HZ = (110, 165, 220, 277, 330, 440, 554, 660, 880, 1320)


def plucked(seconds: float = 24.0, rate_hz: int = 22_050) -> Mono:
    """Plucked notes in passages 20 LU and more apart: what needs a compressor."""
    chance, frames = np.random.default_rng(5), int(seconds * rate_hz)
    played, time = np.zeros(frames), np.arange(2 * rate_hz) / rate_hz
    for start in range(0, frames - 2 * rate_hz, rate_hz // 3):
        for hz in chance.choice(_SCALE_HZ, 2):
            tones = sum(np.sin(2 * np.pi * hz * n * time + chance.uniform(0, 6)) / n**1.2 for n in (1, 2, 3, 4))
            played[start : start + 2 * rate_hz] += np.minimum(time / 0.015, 1) * np.exp(-3.0 * time) * tones
    level_db = np.interp(
        np.arange(frames) / frames, (0, 0.3, 0.35, 0.6, 0.65, 0.8, 0.85, 1), (-34, -34, -20, -20, 0, 0, -30, -30)
    )
    shaped: Mono = played * 10 ** (level_db / 20)
    return shaped * 0.68 / np.abs(shaped).max()


def beat(seconds: float = 10.0, rate_hz: int = 44_100) -> Mono:
    """Drums alone, clipped: loud already."""
    time, chance = np.arange(int(seconds * rate_hz)) / rate_hz, np.random.default_rng(7)
    in_beat, in_half = time % 0.5, (time + 0.25) % 0.5
    kick = np.sin(2 * np.pi * (50 * in_beat + 4 * (1 - np.exp(-30 * in_beat)))) * np.exp(-9 * in_beat)
    snare = chance.normal(0, 0.6, len(time)) * np.exp(-24 * in_half)
    return np.clip(kick * 1.1 + snare, -0.9, 0.9)


def breath(seconds: float = 12.0, rate_hz: int = 48_000) -> Mono:
    """A lead alone with vibrato and pauses: mono, bright, uneven."""
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    note = np.array([440, 494, 554, 659])[(time // 1.5).astype(int) % 4]
    phase = 2 * np.pi * np.cumsum(note * (1 + 0.006 * np.sin(2 * np.pi * 5.2 * time))) / rate_hz
    sung = sum(np.sin(n * phase) / n for n in range(1, 9))
    lead: Mono = sung * np.clip(np.sin(2 * np.pi * time / 3) + 0.4, 0, 1) * 0.18
    return lead


@cache
def _all() -> tuple[tuple[str, int, NDArray[np.float64]], ...]:
    song = sounds.song(12.0, level_db=-18)
    return (
        ("song.flac", 44_100, song), ("plucked.ogg", 22_050, plucked()), ("beat.flac", 44_100, beat()),
        ("breath.flac", 48_000, breath()), ("quiet.wav", 44_100, song[: 6 * 44_100] * 0.05),
    )  # fmt: skip


def write(folder: Path) -> list[Path]:
    for name, rate_hz, samples in _all():
        soundfile.write(folder / name, samples, rate_hz)
    return sorted(folder.iterdir())
