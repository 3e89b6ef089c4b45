"""The compressor beside a float64 one, and beside what the words mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from maxbooster_studio.kernel import Chain, Compressor

from .chains import RATE_HZ, mastered
from .sounds import Block, amplitude, drums, tone

STEP = 4


def in_float64(compressor: Compressor, signal: Block) -> NDArray[np.float64]:
    """Giannoulis, Massberg and Reiss (2012): peak level, soft knee, smooth branching; a gain every four frames."""
    steps = np.abs(signal.astype(np.float64)).reshape(-1, STEP, signal.shape[1]).max(axis=(1, 2))
    over = 20 * np.log10(np.maximum(steps, 1e-20)) - compressor.threshold_db
    knee, slope = compressor.knee_db, 1 / compressor.ratio - 1
    soft = (over + knee / 2) ** 2 / (2 * knee) if knee else np.zeros_like(over)
    wanted = slope * np.where(over <= -knee / 2, 0, np.where(over >= knee / 2, over, soft))
    shares = [1 - np.exp(-STEP / (RATE_HZ * ms / 1000)) for ms in (compressor.attack_ms, compressor.release_ms)]
    reductions, reduction = [], 0.0
    for target in wanted:
        reduction += shares[0 if target < reduction else 1] * (target - reduction)
        reductions.append(reduction)
    gains = 10 ** ((np.array(reductions) + compressor.makeup_db) / 20)
    ramps = np.interp(np.arange(len(signal)) + 1, STEP * np.arange(len(gains) + 1), [1.0, *gains])
    return signal * ramps[:, None]


def compressed(signal: Block, compressor: Compressor) -> Block:
    return mastered(signal, chain=Chain(compressor=compressor))


@given(
    threshold_db=st.floats(-50, -3),
    ratio=st.floats(1, 30),
    attack_ms=st.floats(0.1, 80),
    release_ms=st.floats(10, 800),
    knee_db=st.one_of(st.just(0.0), st.floats(0.5, 20)),
    makeup_db=st.floats(-6, 12),
)
@settings(max_examples=30, deadline=None)
def test_the_gain_is_that_of_the_float64_compressor(**numbers: float) -> None:
    signal = drums(0.5, RATE_HZ)
    compressor = Compressor(**numbers)
    heard, wanted = compressed(signal, compressor), in_float64(compressor, signal)
    assert np.abs(heard - wanted).max() < 2e-5 * np.abs(wanted).max()


@pytest.mark.parametrize(("level_db", "expected_db"), [(-30, -30), (-20, -20.75), (-10, -17.5), (0, -15)])
def test_a_steady_level_follows_the_curve(level_db: float, expected_db: float) -> None:
    compressor = Compressor(threshold_db=-20, ratio=4, attack_ms=1, release_ms=400, knee_db=8)
    heard = compressed(tone(3_000, level_db, 2, RATE_HZ), compressor)[-RATE_HZ // 2 :]
    assert 20 * np.log10(np.abs(heard).max()) == pytest.approx(expected_db, abs=0.1)


def test_the_attack_has_gone_most_of_its_way_in_its_time() -> None:
    compressor = Compressor(threshold_db=-40, ratio=100, attack_ms=20, release_ms=500, knee_db=0)
    steady = np.full((RATE_HZ, 2), amplitude(-20), np.float32)
    gain_db = 20 * np.log10(compressed(steady, compressor)[:, 0] / steady[:, 0])
    assert gain_db[round(0.020 * RATE_HZ)] == pytest.approx(-19.8 * (1 - np.exp(-1)), abs=0.1)


def test_the_release_has_gone_most_of_its_way_in_its_time() -> None:
    compressor = Compressor(threshold_db=-40, ratio=100, attack_ms=1, release_ms=100, knee_db=0)
    steps = np.full((2 * RATE_HZ, 2), amplitude(-20), np.float32)
    steps[RATE_HZ:] *= amplitude(-40)
    gain_db = 20 * np.log10(compressed(steps, compressor)[:, 0] / steps[:, 0])
    assert gain_db[RATE_HZ + round(0.100 * RATE_HZ)] == pytest.approx(-19.8 * np.exp(-1), abs=0.1)


def test_both_sides_fall_together() -> None:
    signal = tone(500, -6, 1, RATE_HZ) * np.array([1.0, 0.05], np.float32)
    heard = compressed(signal, Compressor(threshold_db=-30, ratio=4))
    loud = np.abs(signal).min(axis=1) > 1e-3
    gains = heard[loud] / signal[loud]
    np.testing.assert_allclose(gains[:, 0], gains[:, 1], rtol=1e-5)


def test_a_ratio_of_one_changes_nothing() -> None:
    signal = drums(0.5, RATE_HZ)
    np.testing.assert_array_equal(compressed(signal, Compressor(ratio=1)), signal)
