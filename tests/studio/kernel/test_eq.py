"""The equalizer beside its float64 design, and beside what the words mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from maxbooster_studio.kernel import Band, Chain
from maxbooster_studio.kernel.settings import BandKind

from .chains import mastered
from .sounds import noise

KINDS: tuple[BandKind, ...] = ("bell", "low_shelf", "high_shelf", "low_cut", "high_cut")


def in_float64(band: Band, rate_hz: int, signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """The analogue prototypes by the bilinear transform, as biquads: another road to the same filter."""
    root, warped = 10 ** (band.gain_db / 40), np.tan(np.pi * band.hz / rate_hz)
    zeros, poles = {
        "bell": ([1, root / band.q, 1], [1, 1 / (root * band.q), 1]),
        "low_shelf": ([1, root**0.5 / band.q, root], [1, 1 / (root**0.5 * band.q), 1 / root]),
        "high_shelf": ([root**2, root**1.5 / band.q, root], [1, root**0.5 / band.q, root]),
        "low_cut": ([1, 0, 0], [1, 1 / band.q, 1]),
        "high_cut": ([0, 0, 1], [1, 1 / band.q, 1]),
    }[band.kind]
    b, a = (_bilinear(polynomial, warped) for polynomial in (zeros, poles))
    return _direct_form(b / a[0], a / a[0], signal.astype(np.float64))


def _bilinear(polynomial: list[float], warped: float) -> NDArray[np.float64]:
    """s → (1 − z⁻¹) / (1 + z⁻¹) / warped."""
    high, middle, low = polynomial[0] / warped**2, polynomial[1] / warped, polynomial[2]
    return np.array([high + middle + low, 2 * (low - high), high - middle + low])


def _direct_form(b: NDArray[np.float64], a: NDArray[np.float64], signal: NDArray[np.float64]) -> NDArray[np.float64]:
    heard, first, second = np.empty_like(signal), 0.0, 0.0
    for frame, x in enumerate(signal):
        heard[frame] = y = b[0] * x + first
        first, second = b[1] * x - a[1] * y + second, b[2] * x - a[2] * y
    return heard


@given(
    kind=st.sampled_from(KINDS),
    share=st.floats(0.0006, 0.45),
    gain_db=st.floats(-24, 24),
    q=st.floats(0.2, 12),
    rate_hz=st.sampled_from([44_100, 48_000, 96_000, 192_000]),
)
@settings(max_examples=40, deadline=None)
def test_a_band_is_its_design_in_float64(kind: BandKind, share: float, gain_db: float, q: float, rate_hz: int) -> None:
    band = Band(kind, max(10.0, share * rate_hz), gain_db, q)
    signal = noise(6_000, 1, peak=0.5)
    heard = mastered(signal, chain=Chain(bands=(band,)), rate_hz=rate_hz)[:, 0]
    wanted = in_float64(band, rate_hz, signal[:, 0])
    assert np.abs(heard - wanted).max() < 3e-5 * max(0.5, np.abs(wanted).max()), "90 dB below"


@pytest.mark.parametrize("rate_hz", [48_000, 192_000])
def test_a_deep_band_stays_exact(rate_hz: int) -> None:
    band = Band("bell", 40, 6, 2)
    signal = noise(rate_hz // 2, 1, peak=0.5)
    heard = mastered(signal, chain=Chain(bands=(band,)), rate_hz=rate_hz)[:, 0]
    wanted = in_float64(band, rate_hz, signal[:, 0])
    assert np.abs(heard - wanted).max() < 5e-6 * np.abs(wanted).max(), "106 dB below"


@pytest.mark.parametrize(
    ("band", "at"),
    [
        (Band("bell", 1_000, 6), {20: 0, 1_000: 6, 20_000: 0}),
        (Band("low_shelf", 200, -4), {20: -4, 10_000: 0}),
        (Band("high_shelf", 4_000, 5), {40: 0, 20_000: 5}),
        (Band("low_cut", 100), {25: -24, 100: -3, 5_000: 0}),
        (Band("high_cut", 5_000), {50: 0, 5_000: -3}),
    ],
    ids=lambda value: value.kind if isinstance(value, Band) else "",
)
def test_a_band_does_what_its_name_says(band: Band, at: dict[int, float]) -> None:
    impulse = np.zeros((1 << 16, 1), np.float32)
    impulse[0] = 1.0
    spectrum = np.fft.rfft(mastered(impulse, chain=Chain(bands=(band,)))[:, 0])
    for hz, db in at.items():
        found = 20 * np.log10(np.abs(spectrum[round(hz * len(impulse) / 48_000)]))
        assert found == pytest.approx(db, abs=0.35), f"at {hz} Hz"


def test_no_bands_change_nothing() -> None:
    signal = noise(5_000)
    np.testing.assert_array_equal(mastered(signal, chain=Chain()), signal)


def test_a_band_above_what_the_rate_carries_is_refused() -> None:
    with pytest.raises(ValueError, match="hz is 30000: at 48000 Hz"):
        Chain(bands=(Band("bell", 30_000),)).numbers(48_000)
