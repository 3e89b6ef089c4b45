"""The long-term spectrum: how the energy lies in the octaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .pieces import Pieces
from .schemas import OctaveBand

MIDDLES_HZ = tuple(1000.0 * 2.0**octave for octave in range(-5, 5))
"""31.25 Hz to 16 kHz."""
RUMBLE_HZ = 28.0


class Spectrum:
    """Power spectra of windows of about 0.2 s (Hann), averaged over time and channels (Welch 1967, no overlap)."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        size = 1 << int(np.ceil(np.log2(rate_hz / 6)))
        self._pieces = Pieces(size, channels)
        self._window = np.hanning(size).astype(np.float32)[:, None]
        self._power = np.zeros(size // 2 + 1)
        self._hz = np.fft.rfftfreq(size, 1 / rate_hz)

    def push(self, block: NDArray[np.float32]) -> None:
        self._add(self._pieces.push(block))

    def close(self) -> None:
        """What is left over at the end counts too."""
        self._add(self._pieces.rest())

    def _add(self, pieces: NDArray[np.float32]) -> None:
        if len(pieces):
            around_zero = pieces - pieces.mean(axis=1, keepdims=True)  # an offset would leak into the lowest octave
            turned = np.fft.rfft(around_zero * self._window, axis=1)
            self._power += np.sum(turned.real**2 + turned.imag**2, axis=(0, 2), dtype=np.float64)

    def bands(self) -> list[OctaveBand]:
        """The octaves that the sample rate can carry; none for silence."""
        whole = self._power.sum()
        if not whole:
            return []
        edge = 2**0.5
        carried = [hz for hz in MIDDLES_HZ if hz / edge < self._hz[-1]]
        return [OctaveBand(hz, round(self._share_db(hz / edge, hz * edge), 1)) for hz in carried]

    def rumble_db(self) -> float | None:
        """The energy from 4 to 28 Hz; what lies below is an offset."""
        return round(self._share_db(4.0, RUMBLE_HZ), 1) if self._power.any() else None

    def _share_db(self, low_hz: float, high_hz: float) -> float:
        inside = (self._hz >= low_hz) & (self._hz < high_hz)
        return float(10 * np.log10(max(self._power[inside].sum() / self._power.sum(), 1e-10)))
