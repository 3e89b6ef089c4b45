"""The waveform beside NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from maxbooster_studio.kernel import Peaks

from .sounds import noise


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize("frames", [1, 256, 70_000])
def test_every_bin_holds_its_least_and_greatest_sample(frames: int, channels: int) -> None:
    block = noise(frames, channels)
    peaks = Peaks(channels)
    peaks.push(block)
    levels = peaks.levels()
    assert [samples for samples, _ in levels] == [256, 1_024, 4_096, 16_384, 65_536]
    for samples, bins in levels:
        starts = np.arange(0, frames, samples)
        assert bins.shape == (len(starts), channels, 2)
        scaled = block.astype(np.float64) * 32_767
        np.testing.assert_allclose(bins[..., 0], np.minimum.reduceat(scaled, starts), atol=1.01)
        np.testing.assert_allclose(bins[..., 1], np.maximum.reduceat(scaled, starts), atol=1.01)
        assert (bins[..., 0] <= np.minimum.reduceat(scaled, starts) + 0.01).all()
        assert (bins[..., 1] >= np.maximum.reduceat(scaled, starts) - 0.01).all()


def test_over_full_scale_is_full_scale() -> None:
    peaks = Peaks(1)
    peaks.push(np.array([[4.0], [-4.0]], np.float32))
    assert peaks.levels()[0][1].tolist() == [[[-32_767, 32_767]]]


def test_nothing_has_no_bins() -> None:
    assert all(len(bins) == 0 for _, bins in Peaks(2).levels())
