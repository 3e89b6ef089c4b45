"""K-weighting and channel weights of ITU-R BS.1770-5, Annex 1.

The Recommendation gives its filter at 48 kHz only. These are the analogue filters behind that table: at 48 kHz they
give the table, and at every rate the calibration tone of 997 Hz passes as it does there.
"""

from __future__ import annotations

from cmath import exp
from math import pi, tan

_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_CUT_HZ, _CUT_Q = 38.13547087602444, 0.5003270373238773
_CALIBRATION_HZ = 997


def k_weighting(rate_hz: int) -> list[float]:
    """Two sections, each b0, b1, b2, a1, a2."""
    gain = _passed(48_000) / _passed(rate_hz)
    return [*_shelf(rate_hz), gain, -2 * gain, gain, *_cut(rate_hz)[3:]]


def channel_weights(channels: int) -> list[float]:
    """1 in front, 1.41 at the sides and behind, 0 for the LFE of 5.1 and more."""
    front, surround, lfe = 1.0, 1.41, 0.0
    match channels:
        case 1 | 2 | 3:
            return [front] * channels
        case 4:
            return [front, front, surround, surround]
        case 5:
            return [front, front, front, surround, surround]
        case _:
            return [front, front, front, lfe] + [surround] * (channels - 4)


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
