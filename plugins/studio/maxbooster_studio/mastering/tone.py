"""Low cut and tone: towards the balance that most finished music has, and never far.

The balance is our own; its shape follows Pestana et al., "Spectral Characteristics of Popular Commercial Recordings
1950–2010" (AES 135th Convention, 2013): a steady fall from the bass, faster above 4 kHz.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from ..analysis import Analysis, Measured
from ..kernel import Band
from . import explained
from .schemas import Setting, Wishes

BALANCE_DB = {
    31.25: -9.0, 62.5: -2.0, 125.0: 0.0, 250.0: -1.5, 500.0: -3.0,
    1000.0: -4.5, 2000.0: -6.5, 4000.0: -9.0, 8000.0: -13.0, 16000.0: -21.0,
}  # fmt: skip
"""The middle of an octave → its energy beside that of the octave at 125 Hz."""
CUT_HZ = 28.0
CUT = Band("low_cut", CUT_HZ)
RUMBLE_ABOVE_DB, OFFSET_ABOVE_DBFS = -40.0, -60.0
"""What is quieter than that is left alone."""
_NOTICED_DB = 3.0
_TAKEN_BACK, _GIVEN = 0.4, 0.25
"""How much of a difference is evened out; too much of something disturbs more than too little."""
_MOST_DB = 2.5
_MOST_BANDS = 3
_ABSENT_DB = 14.0
"""An octave that lacks more is not dull: nothing plays there, and raising it would raise noise."""

Step = tuple[Band, Setting]


def offset_of(measured: Measured) -> tuple[float, float]:
    """What to take off left and right, so that the low cut begins at rest: without it an offset would be a thump."""
    offset = measured.analysis.dc_offset_dbfs
    if offset is None or offset <= OFFSET_ABOVE_DBFS:
        return (0.0, 0.0)
    first = measured.first_offset
    return (first[0], first[-1])


def low_cut(analysis: Analysis, offset: tuple[float, float]) -> Iterator[Step]:
    rumble = analysis.rumble_db
    if any(offset):
        yield CUT, explained.offset(CUT_HZ, max(map(abs, offset)))
    elif rumble is not None and rumble > RUMBLE_ABOVE_DB:
        yield CUT, explained.rumble(CUT_HZ, rumble)


def tone(analysis: Analysis, wishes: Wishes) -> Iterator[Step]:
    """The parts of the spectrum that stand out most, a band each."""
    off = {hz: by for hz, by in differences(analysis, wishes).items() if hz < analysis.sample_rate_hz * 0.4}
    most = _MOST_DB * max(wishes.strength, 1.0)
    parts = sorted(_parts(off), key=lambda part: -max(abs(off[hz]) for hz in part))
    for part in sorted(parts[:_MOST_BANDS]):
        mean = sum(off[hz] for hz in part) / len(part)
        share = (_TAKEN_BACK if mean > 0 else _GIVEN) * wishes.strength
        band = _band(part, round(max(-most, min(most, -mean * share)), 1))
        if band.gain_db:
            yield band, explained.tone(band, part, mean, wishes)


def _parts(off: dict[float, float]) -> list[list[float]]:
    """Neighboring octaves that are off to the same side belong together."""
    parts: list[list[float]] = []
    before = 0.0
    for hz, by in off.items():
        noticed = by if abs(by) >= _NOTICED_DB and by > -_ABSENT_DB else 0.0
        if noticed and noticed * before > 0:
            parts[-1].append(hz)
        elif noticed:
            parts.append([hz])
        before = noticed
    return parts


def differences(analysis: Analysis, wishes: Wishes) -> dict[float, float]:
    """By how many dB each octave is above (or below) the balance, laid through the middle of them all."""
    balance = BALANCE_DB
    if wishes.reference is not None:
        balance = {band.hz: band.level_db for band in wishes.reference.analysis.bands}
    found = {band.hz: band.level_db - balance[band.hz] for band in analysis.bands if band.hz in balance}
    heard = [each for hz, each in found.items() if 62.5 <= hz <= 8000]
    middle = median(heard) if heard else 0.0
    return {hz: each - middle for hz, each in found.items()}


def _band(part: list[float], gain_db: float) -> Band:
    """A shelf where the part reaches an end of the spectrum, else a bell that is as wide as the part."""
    if part[0] <= 62.5:
        return Band("low_shelf", part[-1] * 1.4, gain_db)
    if part[-1] >= 8000:
        return Band("high_shelf", part[0] / 1.4, gain_db)
    return Band("bell", (part[0] * part[-1]) ** 0.5, gain_db, round(1.0 / len(part), 2))
