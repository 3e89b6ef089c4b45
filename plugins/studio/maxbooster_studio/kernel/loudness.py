"""From the power of every 20 ms to loudness: windows and gates of ITU-R BS.1770-5 Annex 1, EBU Tech 3341 and Tech 3342.

A power is the weighted sum over the channels of the mean square after K-weighting; one hop is 20 ms.
"""

from __future__ import annotations

from math import inf, log10

import numpy as np
from numpy.typing import NDArray

Powers = NDArray[np.float64]

MOMENTARY_HOPS = 20
SHORT_TERM_HOPS = 150
STEP_HOPS = 5
OFFSET = -0.691
ABSOLUTE_GATE = 10 ** ((-70 - OFFSET) / 10)


def momentary(powers: Powers) -> Powers:
    """Of every 400 ms, each 20 ms."""
    return _windows(powers, MOMENTARY_HOPS)


def short_term(powers: Powers) -> Powers:
    """Of every 3 s, each 100 ms."""
    return _windows(powers, SHORT_TERM_HOPS)[::STEP_HOPS]


def integrated(blocks: Powers) -> float | None:
    """BS.1770-5: the mean of the 400-ms blocks above −70 LUFS and above 10 LU below their mean."""
    heard = blocks[blocks > ABSOLUTE_GATE]
    if len(heard) == 0:
        return None
    heard = heard[heard > heard.mean() * 0.1]
    return float(OFFSET + 10 * log10(heard.mean()))


def range_lu(blocks: Powers) -> float:
    """Tech 3342: between the 10th and the 95th percentile of the 3-s blocks above −70 LUFS and above 20 LU below
    their mean."""
    heard = blocks[blocks > ABSOLUTE_GATE]
    if len(heard) == 0:
        return 0.0
    heard = np.sort(heard[heard > heard.mean() * 0.01])
    low, high = (heard[round((len(heard) - 1) * share)] for share in (0.10, 0.95))
    return float(10 * log10(high / low))


def highest(blocks: Powers) -> float | None:
    """In LUFS; None without one window."""
    return decibels(blocks.max(), power=True) + OFFSET if len(blocks) else None


def lufs(powers: Powers) -> Powers:
    with np.errstate(divide="ignore"):
        return OFFSET + 10 * np.log10(powers)


def decibels(value: float, *, power: bool = False) -> float:
    return (10 if power else 20) * log10(value) if value > 0 else -inf


def _windows(powers: Powers, hops: int) -> Powers:
    if len(powers) < hops:
        return np.zeros(0)
    found: Powers = np.lib.stride_tricks.sliding_window_view(powers, hops).mean(axis=1)
    return found
