"""The chain and the mix that every home renders alike."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from maxbooster_studio.kernel import Band, Chain, Compressor, Limiter, Master, Mix, Strip

from .sounds import Block, drums, in_pieces, noise

RATE_HZ = 48_000

CHAIN = Chain(
    bands=(
        Band("low_cut", 28),
        Band("low_shelf", 90, 1.5),
        Band("bell", 310, -2.5, 1.2),
        Band("bell", 3_200, 2, 0.9),
        Band("high_shelf", 9_500, 2.5),
    ),
    compressor=Compressor(threshold_db=-22, ratio=2.5, attack_ms=12, release_ms=140, makeup_db=3),
    width=1.25,
    gain_db=7,
    limiter=Limiter(-1.0),
)

STRIPS = [
    Strip(
        bands=(Band("low_cut", 60 + 10 * track), Band("bell", 500 + 90 * track, (track % 7) - 3)),
        compressor=Compressor(threshold_db=-30 + track % 12) if track % 3 else None,
        gain_db=-12 - track % 5,
        pan=(track % 9 - 4) / 4,
        channels=1 if track % 4 == 3 else 2,
    )
    for track in range(19)
]


def sound(seconds: float = 2.0) -> Block:
    """Drums, then noise that falls into silence and denormals."""
    hits = drums(seconds, RATE_HZ)
    fall = np.exp2(-np.linspace(0, 160, len(hits)))[:, None].astype(np.float32)
    return np.concatenate([hits, noise(len(hits)) * fall])


def tracks(seconds: float = 0.7) -> list[Block]:
    return [noise(round(seconds * RATE_HZ), strip.channels, seed=10 + i) for i, strip in enumerate(STRIPS)]


def mastered(
    block: Block, *sizes: int, chain: Chain = CHAIN, rate_hz: int = RATE_HZ, level: str | None = None
) -> Block:
    master = Master(rate_hz, block.shape[1], chain, level=level)
    return np.concatenate([*map(master.push, in_pieces(block, sizes or (len(block),))), master.finish()])


def mixed(blocks: list[Block], *sizes: int, threads: int = 1, level: str | None = None) -> Block:
    mix = Mix(RATE_HZ, STRIPS, Chain(limiter=Limiter()), threads=threads, level=level)
    pieces = zip(*(in_pieces(block, sizes or (len(block),)) for block in blocks), strict=True)
    return np.concatenate([*(mix.push(piece) for piece in pieces), mix.finish()])


def digest(block: Block) -> str:
    return sha256(np.ascontiguousarray(block).tobytes()).hexdigest()
