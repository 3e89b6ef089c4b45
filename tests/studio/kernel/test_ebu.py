"""Loudness after EBU Tech 3341 and Tech 3342, and against two other meters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from maxbooster_studio.kernel import Loudness, Meter

from .. import ffmpeg
from .ebu import Case, cases
from .sounds import Block, drums, noise, silence, tone


def measured(block: Block, rate_hz: int) -> Loudness:
    meter = Meter(rate_hz, block.shape[1])
    meter.push(block)
    return meter.loudness()


@pytest.mark.parametrize(
    "rate_hz",
    [44_100, 48_000, pytest.param(96_000, marks=pytest.mark.slow), pytest.param(192_000, marks=pytest.mark.slow)],
)
def test_every_case_reads_what_the_ebu_says(rate_hz: int) -> None:
    wrong = [
        f"{case.name}: {found} instead of {case.expected}" for case, found in _read(rate_hz) if not _within(case, found)
    ]
    assert wrong == []


def _read(rate_hz: int) -> list[tuple[Case, list[float]]]:
    return [(case, _reading(case, measured(case.signal, rate_hz))) for case in cases(rate_hz)]


def _reading(case: Case, found: Loudness) -> list[float]:
    readings: dict[str, list[float | None]] = {
        "integrated": [found.integrated_lufs],
        "short_term": [found.max_short_term_lufs],
        "momentary": [found.max_momentary_lufs],
        "all_short_term": [*found.short_term],
        "all_momentary": [*found.momentary[6:]],
        "true_peak": [found.true_peak_dbtp],
        "range": [found.loudness_range_lu],
    }
    return [-np.inf if reading is None else reading for reading in readings[case.quantity]]


def _within(case: Case, found: list[float]) -> bool:
    over, under = {"true_peak": (0.2, 0.4), "range": (1.0, 1.0)}.get(case.quantity, (0.1, 0.1))
    return all(-under <= value - case.expected <= over for value in found) and len(found) > 0


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 88_200, 176_400, 384_000])
def test_a_level_is_the_same_at_every_rate(rate_hz: int) -> None:
    assert measured(tone(997, -23, 4, rate_hz), rate_hz).integrated_lufs == pytest.approx(-23.0, abs=0.01)


def test_the_weighting_at_48_khz_is_the_table_of_the_recommendation() -> None:
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585]
    cut = [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621]
    assert Meter.numbers(48_000, 2)[:10] == pytest.approx([*shelf, *cut], abs=1e-9)


def test_silence_has_no_loudness() -> None:
    found = measured(silence(5, 48_000), 48_000)
    assert found.integrated_lufs is None
    assert found.max_momentary_lufs == found.true_peak_dbtp == found.sample_peak_dbfs == -np.inf
    assert found.loudness_range_lu == 0.0


def test_what_is_shorter_than_a_window_has_no_maximum() -> None:
    found = measured(tone(1_000, -20, 0.3, 48_000), 48_000)
    assert found.integrated_lufs is found.max_momentary_lufs is found.max_short_term_lufs is None
    assert len(found.momentary) == len(found.short_term) == 0
    assert found.sample_peak_dbfs == pytest.approx(-20, abs=0.01)


def test_a_reading_may_be_taken_at_any_time() -> None:
    meter, block = Meter(48_000, 2), drums(4, 48_000)
    meter.push(block[:100_000])
    assert repr(meter.loudness()) == repr(measured(block[:100_000], 48_000))
    meter.push(block[100_000:])
    assert repr(meter.loudness()) == repr(measured(block, 48_000))


def test_a_peak_in_the_last_frame_is_seen() -> None:
    block = silence(1, 48_000)
    block[-1] = [0.0, 0.5]
    assert measured(block, 48_000).true_peak_dbtp == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_the_reading_is_that_of_ffmpeg(tmp_path: Path, rate_hz: int) -> None:
    for block in (drums(8, rate_hz) * 0.5, noise(8 * rate_hz, peak=0.2)):
        soundfile.write(tmp_path / "block.wav", block, rate_hz, subtype="FLOAT")
        theirs, found = ffmpeg.heard(tmp_path / "block.wav"), measured(block, rate_hz)
        assert found.integrated_lufs == pytest.approx(theirs.integrated_lufs, abs=0.1)
        assert found.true_peak_dbtp == pytest.approx(theirs.true_peak_dbtp, abs=0.2)
        assert found.loudness_range_lu == pytest.approx(theirs.loudness_range_lu, abs=1.0)
