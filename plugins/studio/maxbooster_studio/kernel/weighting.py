"""K-weighting and channel weights of ITU-R BS.1770-5, Annex 1.

The Recommendation gives its filter at 48 kHz only. These are the analogue filters behind that table: at 48 kHz they
give the table, and at every rate the calibration tone of 997 Hz passes as it does there.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Sequence
from math import pi, tan

_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_CUT_HZ, _CUT_Q = 38.13547087602444, 0.5003270373238773
_CALIBRATION_HZ = 997

_LFE = {"LFE", "LFE2"}
_SIDES = {"SL", "SR", "SDL", "SDR", "WL", "WR"}
_BACKS = {"BL", "BR"}
USUAL = {
    1: ("FC",), 2: ("FL", "FR"), 3: ("FL", "FR", "FC"), 4: ("FL", "FR", "SL", "SR"), 5: ("FL", "FR", "FC", "SL", "SR"),
    6: ("FL", "FR", "FC", "LFE", "SL", "SR"), 7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}  # fmt: skip
"""Which speakers so many channels are for, where nobody says: 1.0 to 7.1."""


def k_weighting(rate_hz: int) -> list[float]:
    """Two sections, each b0, b1, b2, a1, a2."""
    gain = _passed(48_000) / _passed(rate_hz)
    return [*_shelf(rate_hz), gain, -2 * gain, gain, *_cut(rate_hz)[3:]]


def channel_weights(positions: Sequence[str]) -> list[float]:
    """Of channels by what speakers they are for: 1.41 for those at 60° to 120° to either side, 0 for the LFE, else 1
    (BS.1770-5, Annex 3). Without speakers at the side those called “back” are the surrounds of 4.0 and 5.1 at 110°."""
    surround = _SIDES | (_BACKS if not _SIDES & set(positions) else set())
    return [0.0 if each in _LFE else 1.41 if each in surround else 1.0 for each in positions]


def _shelf(rate_hz: int) -> list[float]:
    k = tan(pi * _SHELF_HZ / rate_hz)
    high = 10 ** (_SHELF_DB / 20)
    band = high**0.4996667741545416
    norm = 1 + k / _SHELF_Q + k * k
    return [
        (high + band * k / _SHELF_Q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / _SHELF_Q + k * k) / norm,
        2 * (k * k - 1) / norm,
        (1 - k / _SHELF_Q + k * k) / norm,
    ]


def _cut(rate_hz: int) -> list[float]:
    k = tan(pi * _CUT_HZ / rate_hz)
    norm = 1 + k / _CUT_Q + k * k
    return [1.0, -2.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / _CUT_Q + k * k) / norm]


def _passed(rate_hz: int) -> float:
    """How much of the calibration tone passes both sections."""
    late = exp(-2j * pi * _CALIBRATION_HZ / rate_hz)
    return abs(_response(_shelf(rate_hz), late) * _response(_cut(rate_hz), late))


def _response(section: list[float], late: complex) -> complex:
    b0, b1, b2, a1, a2 = section
    return (b0 + b1 * late + b2 * late**2) / (1 + a1 * late + a2 * late**2)
