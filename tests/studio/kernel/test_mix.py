"""Strips, sum and bus beside NumPy, and beside what the words mean."""

from __future__ import annotations

import numpy as np
import pytest

from maxbooster_studio.kernel import Band, Chain, Compressor, Limiter, Master, Mix, Strip

from .sounds import Block, noise

RATE_HZ = 48_000


def mixed(strips: list[Strip], blocks: list[Block | None], bus: Chain | None = None) -> Block:
    mix = Mix(RATE_HZ, strips, bus)
    return np.concatenate([mix.push(blocks), mix.finish()])


@pytest.mark.parametrize("count", [1, 2, 8, 9, 17])
def test_tracks_are_summed(count: int) -> None:
    blocks: list[Block | None] = [noise(3_000, seed=track) for track in range(count)]
    total = np.sum([block.astype(np.float64) for block in blocks if block is not None], axis=0)
    np.testing.assert_allclose(mixed([Strip()] * count, blocks), total.astype(np.float32), rtol=1e-6, atol=1e-7)


def test_the_sum_is_in_float64() -> None:
    loud, quiet = np.full((640, 2), 30_000.0, np.float32), np.full((640, 2), 1e-4, np.float32)
    np.testing.assert_array_equal(mixed([Strip()] * 3, [loud, quiet, -loud]), quiet)


@pytest.mark.parametrize(
    ("strip", "left", "right"),
    [
        (Strip(channels=1), 0.7071, 0.7071),
        (Strip(channels=1, pan=-1), 1, 0),
        (Strip(channels=1, pan=1, gain_db=-6.0206), 0, 0.5),
        (Strip(), 1, 1),
        (Strip(pan=-1), 1, 0),
        (Strip(pan=0.25), 0.75, 1),
        (Strip(pan=(0.0, 0.0)), 1.4142, 1.4142),
        (Strip(pan=(1.0, -1.0)), 1, 1),
    ],
)
def test_gain_and_pan(strip: Strip, left: float, right: float) -> None:
    ones = np.ones((640, strip.channels), np.float32)
    heard = mixed([strip], [ones])
    np.testing.assert_allclose(heard, np.broadcast_to([left, right], heard.shape), atol=1e-4)


def test_dual_pan_can_swap_the_sides() -> None:
    block = noise(640)
    np.testing.assert_allclose(mixed([Strip(pan=(1.0, -1.0))], [block]), block[:, ::-1], atol=1e-6)


def test_a_silent_track_costs_no_block() -> None:
    block = noise(640)
    np.testing.assert_array_equal(mixed([Strip(), Strip()], [block, None]), block)


def test_a_strip_is_a_chain_without_a_limiter() -> None:
    block, compressor, bands = noise(30_000), Compressor(threshold_db=-30), (Band("bell", 900, 5), Band("low_cut", 80))
    master = Master(RATE_HZ, 2, Chain(bands, compressor, gain_db=-3))
    alone = np.concatenate([master.push(block), master.finish()])
    strips = [Strip(bands, compressor, gain_db=-3, channels=2)] + [Strip(channels=1)] * 11
    np.testing.assert_array_equal(mixed(strips, [block, *[None] * 11]), alone)


def test_a_moved_fader_does_not_click() -> None:
    mix, ones = Mix(RATE_HZ, [Strip()]), np.ones((640, 2), np.float32)
    first = mix.push([ones])
    mix.set(0, Strip(gain_db=-60))
    heard = np.concatenate([first, mix.push([ones]), mix.finish()])[:, 0]
    assert heard[639] == 1.0
    assert heard[-1] == pytest.approx(0.001)
    assert np.abs(np.diff(heard)).max() < 0.02


def test_the_bus_has_a_chain() -> None:
    heard = mixed([Strip(gain_db=12)] * 4, [noise(20_000)] * 4, Chain(limiter=Limiter(-3)))
    assert heard.shape == (20_000, 2)
    assert np.abs(heard).max() <= 10 ** (-3 / 20)


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([noise(10)], "1 blocks: expected one for each of 2 tracks"),
        ([noise(10), noise(11)], r"blocks of \[10, 11\] frames"),
        ([None, None], "at least one not None"),
        ([noise(10), noise(10, 1)], r"shape \(10, 1\): expected \(frames, 2\)"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(blocks: list[Block | None], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Mix(RATE_HZ, [Strip(), Strip()]).push(blocks)


def test_a_mix_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="a mix of no tracks"):
        Mix(RATE_HZ, [])
    with pytest.raises(ValueError, match="threads is 0"):
        Mix(RATE_HZ, [Strip()], threads=0)
    with pytest.raises(ValueError, match="track 0 has 2 channels, the new strip 1"):
        Mix(RATE_HZ, [Strip()]).set(0, Strip(channels=1))
