"""Sound for the tests: blocks of shape (frames, channels), float32."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]


def amplitude(db: float) -> float:
    return float(10 ** (db / 20))


def tone(hz: float, db: float, seconds: float, rate_hz: int, channels: int = 2) -> Block:
    """A sine in phase on all channels, its peak at `db`."""
    wave = amplitude(db) * np.sin(2 * np.pi * hz / rate_hz * np.arange(round(seconds * rate_hz)))
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def silence(seconds: float, rate_hz: int, channels: int = 2) -> Block:
    return np.zeros((round(seconds * rate_hz), channels), np.float32)


@lru_cache(maxsize=32)
def noise(frames: int, channels: int = 2, *, peak: float = 1.0, seed: int = 1) -> Block:
    """White, of integers, so that it is the same on every machine."""
    whole = np.random.default_rng(seed).integers(-(1 << 23), 1 << 23, (frames, channels))
    return (whole * (peak / (1 << 23))).astype(np.float32)


def clipped_noise(frames: int, channels: int = 2) -> Block:
    """Driven far over full scale and cut there: the hardest thing for what looks between the samples."""
    return np.clip(noise(frames, channels, seed=2) * 4, -1, 1)


def drums(seconds: float, rate_hz: int) -> Block:
    """Kick, snare and hat at 120 BPM, as made from decays and noise."""
    beat = rate_hz // 2
    at = np.arange(beat) / rate_hz
    hiss = noise(beat, 2, seed=3)
    kick = (np.sin(2 * np.pi * (50 * at + 12 * (1 - np.exp(-at * 40)))) * np.exp(-at * 9))[:, None] * [1.0, 1.0]
    snare = hiss * np.exp(-at * 22)[:, None] * [0.9, 0.7]
    hat = np.diff(hiss, axis=0, prepend=0) * np.exp(-at * 90)[:, None] * [0.2, 0.4]
    bar = np.concatenate([kick + hat, snare + hat])
    return np.tile(bar, (int(np.ceil(seconds * rate_hz / len(bar))), 1))[: round(seconds * rate_hz)].astype(np.float32)


def in_pieces(block: Block, sizes: Sequence[int]) -> list[Block]:
    """Cut by these sizes, again and again."""
    pieces, start, turn = [], 0, 0
    while start < len(block):
        size = sizes[turn % len(sizes)]
        pieces.append(block[start : start + size])
        start, turn = start + size, turn + 1
    return pieces
