"""The chain as the analysis suggests it, before it is driven to a loudness."""

from __future__ import annotations

from dataclasses import dataclass

from ..analysis import Analysis
from ..kernel import Chain, Compressor
from . import explained
from .schemas import USUAL_INTENSITY, Setting, Wishes
from .tone import low_cut, tone


@dataclass(frozen=True)
class Density:
    """How firmly the material is held. `below_loud_db`: how far the threshold lies below its loud peaks."""

    ratio: float
    attack_ms: float
    release_ms: float
    below_loud_db: float
    limiter_release_ms: float
    limiter_takes_db: float
    """As much the limiter may take off the highest peak; if it would be more, the next density is tried."""


DENSITIES = (
    Density(1.0, 30, 250, 0, 120, 4.0),
    Density(1.5, 30, 250, 8, 100, 5.5),
    Density(2.0, 15, 180, 12, 70, 7.0),
    Density(3.0, 6, 120, 16, 45, 9.0),
    Density(5.0, 2, 80, 22, 25, 14.0),
    Density(10.0, 0.5, 50, 30, 12, 999.0),
)
"""From untouched to as dense as it gets; the last takes whatever comes."""
_DENSEST_BY_WISH = 3
"""Denser only if the target cannot be met otherwise."""
_WANDERS_LU, _SONG_S = 9.0, 60.0
_KNEE_DB = 8.0
_TOO_WIDE_DB, _NARROW_DB, _MONO_DB = -1.0, -18.0, -40.0
"""Levels of the side beside the middle. Below the last it is one channel twice: widening it would widen noise."""


_ALIKE_DB = 1.5
_NARROWEST, _WIDEST = 0.6, 1.5


@dataclass(frozen=True)
class Draft:
    """`chain` has neither gain nor limiter yet."""

    chain: Chain
    density: Density
    settings: list[Setting]


def draft(analysis: Analysis, density: Density, wishes: Wishes, offset: tuple[float, float] = (0.0, 0.0)) -> Draft:
    steps = [*low_cut(analysis, offset), *tone(analysis, wishes)]
    width = _width(analysis, wishes)
    settings = [setting for _, setting in steps]
    if wishes.intensity != USUAL_INTENSITY:
        settings.insert(0, explained.intensity(wishes))
    if width != 1.0:
        settings.append(explained.width(width, analysis, wishes))
    bands = tuple(band for band, _ in steps)
    return Draft(Chain(bands, _compressor(analysis, density), width, offset=offset), density, settings)


def least_density(analysis: Analysis, wishes: Wishes) -> int:
    """Music whose loudness wanders is held together however quiet the target is; so is what stands out more than a
    reference."""
    if wishes.reference is not None:
        least = _as_dense_as(analysis, wishes.reference.analysis)
    else:
        wanders = analysis.loudness_range_lu is not None and analysis.loudness_range_lu > _WANDERS_LU
        least = 1 if wanders and analysis.duration_s >= _SONG_S else 0
    return max(0, min(least + _more_or_less(wishes.intensity), _DENSEST_BY_WISH))


def _as_dense_as(analysis: Analysis, reference: Analysis) -> int:
    """A step for every 3 LU that the peaks stand out more than the reference's."""
    if analysis.peak_to_loudness_lu is None or reference.peak_to_loudness_lu is None:
        return 0
    return max(0, int((analysis.peak_to_loudness_lu - reference.peak_to_loudness_lu) / 3))


def _more_or_less(intensity: int) -> int:
    return 1 if intensity >= 75 else -1 if intensity <= 25 else 0


def _compressor(analysis: Analysis, density: Density) -> Compressor | None:
    if density.ratio == 1.0 or analysis.loud_peak_dbfs is None:
        return None
    threshold = max(-80.0, min(0.0, analysis.loud_peak_dbfs - density.below_loud_db))
    return Compressor(round(threshold, 1), density.ratio, density.attack_ms, density.release_ms, _KNEE_DB)


def _width(analysis: Analysis, wishes: Wishes) -> float:
    """Changed only where it would be a problem elsewhere, or to resemble a reference; 1 leaves it as it is."""
    side = analysis.side_level_db
    if side is None or analysis.stereo_correlation is None or side < _MONO_DB:
        return 1.0
    wished = wishes.reference.analysis.side_level_db if wishes.reference is not None else None
    if wished is not None and wished > _MONO_DB:
        usual = 10 ** ((wished - side) / 40)  # half of the way
        usual = 1.0 if abs(wished - side) < _ALIKE_DB else usual
    else:
        usual = 0.8 if side > _TOO_WIDE_DB else 1.25 if side < _NARROW_DB else 1.0
    return round(max(_NARROWEST, min(1 + (usual - 1) * wishes.strength, _WIDEST)), 2)
