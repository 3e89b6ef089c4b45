"""What goes in may be anything; what comes out is sound. What cannot be meant is refused in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maxbooster_studio import kernel
from maxbooster_studio.kernel import Band, Chain, Compressor, Limiter, Master, Meter, Mix, Peaks, Strip

from .chains import CHAIN, RATE_HZ, STRIPS, digest, mastered
from .sounds import Block, noise

ANYTHING = arrays(np.float32, st.tuples(st.integers(0, 700), st.just(2)), elements=st.floats(width=32))
SMALLEST = np.finfo(np.float32).tiny


@given(block=ANYTHING)
@settings(max_examples=60, deadline=None)
def test_neither_nan_nor_infinity_nor_denormals_leave(block: Block) -> None:
    mix = Mix(RATE_HZ, STRIPS[:3])
    master = mastered(block)
    for heard in (master, np.concatenate([mix.push([block] * 3), mix.finish()])):
        assert heard.shape == block.shape
        assert np.isfinite(heard).all()
        assert not ((heard != 0) & (np.abs(heard) < SMALLEST)).any()
    assert digest(master) == digest(mastered(block, level=kernel.levels()[0]))


@given(block=ANYTHING)
@settings(max_examples=40, deadline=None)
def test_what_is_no_sample_reads_as_silence(block: Block) -> None:
    with np.errstate(invalid="ignore"):
        size = np.abs(block)
        sound = np.where((size >= 1e-20) & (size <= 1e9), block, 0).astype(np.float32)
    assert repr(_read(block)) == repr(_read(sound))


def _read(block: Block) -> list[object]:
    meter, peaks = Meter(8_000, 2), Peaks(2)
    meter.push(block)
    peaks.push(block)
    return [meter.loudness(), peaks.levels()]


def test_a_decay_into_silence_is_as_quick_as_sound() -> None:
    from time import process_time

    def seconds(block: Block) -> float:
        begun = process_time()
        mastered(block)
        return process_time() - begun

    loud = noise(200_000)
    fading = loud * np.exp2(-np.linspace(100, 148, len(loud)))[:, None].astype(np.float32)
    assert min(seconds(fading) for _ in range(3)) < 3 * min(seconds(loud) for _ in range(3))


def test_blocks_may_lie_in_memory_as_they_like() -> None:
    block = noise(4_000)
    planar = np.asfortranarray(block)
    every_second = np.repeat(block, 2, axis=0)[::2]
    assert digest(mastered(planar)) == digest(mastered(every_second)) == digest(mastered(block))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [0, 1, 63, 64, 65, 1_000])
def test_as_many_frames_come_out_as_went_in(frames: int, channels: int) -> None:
    for chain in (CHAIN, Chain()):
        assert mastered(noise(frames, channels), chain=chain).shape == (frames, channels)


def test_mono_is_the_left_of_the_same_on_both_sides() -> None:
    mono = noise(5_000, 1)
    chain = Chain(CHAIN.bands, CHAIN.compressor, 1.0, 6.0, Limiter())
    np.testing.assert_array_equal(mastered(mono, chain=chain)[:, 0], mastered(np.repeat(mono, 2, 1), chain=chain)[:, 0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Meter(7_999, 2), "rate_hz is 7999: the kernel works from 8000 to 384000 Hz"),
        (lambda: Meter(48_000, 9), "channels is 9: choose 1 to 8"),
        (lambda: Master(48_000, 3, Chain()), "channels is 3: choose 1 to 2"),
        (lambda: Master(500_000, 2, Chain()), "rate_hz is 500000"),
        (lambda: Peaks(0), "channels is 0"),
        (lambda: Band("bell", 5), "hz is 5: choose 10 to"),
        (lambda: Band("bell", 100, float("nan")), "gain_db is nan"),
        (lambda: Band("bell", 100, 0, 0), "q is 0"),
        (lambda: Chain(bands=(Band("bell", 100),) * 9), "9 bands: at most 8 fit"),
        (lambda: Chain(width=5), "width is 5: choose 0 to 4"),
        (lambda: Compressor(ratio=0.5), "ratio is 0.5: choose 1 to 100"),
        (lambda: Limiter(ceiling_dbtp=1), "ceiling_dbtp is 1: choose -40 to 0"),
        (lambda: Strip(pan=(0.0, 2.0)), "pan is 2: choose -1 to 1"),
        (lambda: Strip(channels=4), "channels is 4: a track has 1 or 2"),
        (lambda: Meter(48_000, 2, level="sse9"), "level is “sse9”: this machine runs"),
        (lambda: Meter(48_000, 2).push(np.zeros((4, 2))), "a block of float64: the kernel takes float32"),
        (lambda: Meter(48_000, 2).push(np.zeros(4, np.float32)), r"shape \(4,\): expected \(frames, 2\)"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(make, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_the_level_can_be_chosen_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAXBOOSTER_KERNEL", kernel.levels()[0])
    assert kernel.level() == kernel.levels()[0]
    monkeypatch.setenv("MAXBOOSTER_KERNEL", "mmx")
    with pytest.raises(ValueError, match="“mmx”"):
        kernel.level()
