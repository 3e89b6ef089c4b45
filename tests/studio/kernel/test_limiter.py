"""What the limiter promises: the true peak stays at or below its ceiling, whoever measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from maxbooster_studio.kernel import Chain, Limiter, Meter

from .. import ffmpeg
from .chains import mastered
from .sounds import Block, clipped_noise, drums, noise, silence, tone

ROUNDING_DB = 0.001


def limited(block: Block, rate_hz: int = 48_000, *, gain_db: float = 0.0, ceiling_dbtp: float = -1.0) -> Block:
    return mastered(block, chain=Chain(gain_db=gain_db, limiter=Limiter(ceiling_dbtp)), rate_hz=rate_hz)


def peak_at_16_times_the_rate(block: Block) -> float:
    """dBTP, through a windowed sinc of 64 samples."""
    phases, reach = 16, 32
    away = np.arange(-reach + 1, reach + 1) - (np.arange(phases) / phases)[:, None]
    rows = np.sinc(away) * np.i0(7 * np.sqrt(np.maximum(0, 1 - (away / reach) ** 2)))
    rows /= rows.sum(axis=1, keepdims=True)
    greatest = 0.0
    for channel in np.pad(block.astype(np.float64), ((reach, reach), (0, 0))).T:
        windows = np.lib.stride_tricks.sliding_window_view(channel, 2 * reach)
        loud = windows[np.abs(windows).max(axis=1) > 0.5 * np.abs(block).max()]
        greatest = max(
            [greatest, *(float(np.abs(part @ rows.T).max()) for part in np.array_split(loud, 1 + len(loud) // 20_000))]
        )
    return float(20 * np.log10(greatest))


def ffmpegs_peak(block: Block, folder: Path, rate_hz: int = 48_000) -> float:
    soundfile.write(folder / "block.wav", block, rate_hz, subtype="FLOAT")
    return ffmpeg.heard(folder / "block.wav").true_peak_dbtp


def hard_material() -> Iterator[tuple[str, Block]]:
    yield "clipped noise", clipped_noise(4 * 48_000)
    yield "noise", noise(4 * 48_000)
    yield "drums", drums(4, 48_000)
    yield "low tone", tone(45, 0, 4, 48_000)
    fade = np.minimum(1, np.arange(4 * 48_000) / 4_800)[:, None].astype(np.float32)
    yield "square", np.sign(tone(441.3, 0, 4, 48_000)) * fade
    yield "quarter of the rate", tone(11_990, 0, 4, 48_000) * fade


@pytest.mark.parametrize(
    ("name", "block"), list(hard_material()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_hard_material_stays_below_the_ceiling(name: str, block: Block, tmp_path: Path) -> None:
    heard = limited(block, gain_db=9)
    assert peak_at_16_times_the_rate(heard) <= -1.0
    assert ffmpegs_peak(heard, tmp_path) <= -1.0


@pytest.mark.parametrize(
    "block", [np.sign(tone(441.3, 0, 2, 48_000)), tone(11_990, 0, 2, 48_000)], ids=["square", "tone"]
)
def test_a_hard_start_stays_below_the_ceiling(block: Block, tmp_path: Path) -> None:
    """ffmpeg's filter starts in the middle of what it hears first, so it gets silence before the same samples."""
    heard = limited(block, gain_db=9)
    assert peak_at_16_times_the_rate(heard) <= -1.0
    assert ffmpegs_peak(np.concatenate([silence(0.1, 48_000), heard]), tmp_path) <= -1.0


@pytest.mark.slow
def test_music_stays_below_the_ceiling(samples: list[Path], tmp_path: Path) -> None:
    found = {}
    for file in samples:
        block, rate_hz = soundfile.read(file, dtype="float32", always_2d=True, frames=30 * 48_000)
        heard = limited(block, rate_hz, gain_db=12)
        found[file.name] = max(peak_at_16_times_the_rate(heard), ffmpegs_peak(heard, tmp_path, rate_hz))
    assert {name: peak for name, peak in found.items() if peak > -1.0} == {}


@given(
    seed=st.integers(0, 1_000),
    spikes=st.lists(st.tuples(st.integers(0, 9_999), st.floats(-8, 8)), max_size=30),
    ceiling_dbtp=st.floats(-20, 0),
    rate_hz=st.sampled_from([8_000, 44_100, 96_000, 384_000]),
)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_stays_below_the_ceiling(
    seed: int, spikes: list[tuple[int, float]], ceiling_dbtp: float, rate_hz: int
) -> None:
    block = noise(10_000, peak=0.4, seed=seed).copy()
    for frame, size in spikes:
        block[frame, frame % 2] = size
    heard = limited(block, rate_hz, ceiling_dbtp=ceiling_dbtp)
    meter = Meter(rate_hz, 2)
    meter.push(heard)
    assert meter.loudness().true_peak_dbtp <= ceiling_dbtp + ROUNDING_DB


def test_what_lies_below_the_ceiling_is_not_touched() -> None:
    quiet = noise(20_000, peak=0.2)
    np.testing.assert_array_equal(limited(quiet), quiet)


def test_the_gain_falls_before_the_peak_and_comes_back() -> None:
    block = np.full((48_000, 2), 0.1, np.float32)
    block[20_000:20_010] = 3.0
    gain = limited(block)[:, 0] / block[:, 0]
    assert gain[19_000] == 1.0
    assert gain[19_980] < 0.9
    assert gain[20_100] < 0.5
    assert gain[20_100 + round(0.120 * 48_000)] == pytest.approx(1 - 0.7 * np.exp(-1), abs=0.05)
    assert np.abs(np.diff(gain)).max() < 0.03, "no click"


def test_both_sides_fall_together() -> None:
    block = np.concatenate([drums(1, 48_000)[:, :1], 0.1 * drums(1, 48_000)[:, :1]], axis=1)
    heard = limited(block, gain_db=20)
    np.testing.assert_allclose(heard[:, 1], 0.1 * heard[:, 0], atol=1e-6)


def test_the_sound_stays_in_time() -> None:
    block = drums(1, 48_000)
    heard = limited(block, gain_db=3)
    late = np.argmax(np.correlate(heard[:, 0], block[:, 0], "same")) - len(block) // 2
    assert late == 0
