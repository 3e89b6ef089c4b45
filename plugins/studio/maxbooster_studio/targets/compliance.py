"""What each store will do with a recording, in numbers and words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from ..analysis import Analysis
from .outlets import TARGETS, Target


class Compliance(Struct, frozen=True):
    """`gain_db`: how far it is turned up or down there (0: it plays as it is)."""

    outlet: str
    title: str
    verdict: Literal["good", "attention"]
    gain_db: float
    words: str


def compliance(
    integrated_lufs: float, true_peak_dbtp: float, targets: Iterable[Target] = tuple(TARGETS.values())
) -> list[Compliance]:
    """One for each target."""
    return [_at(target, integrated_lufs, true_peak_dbtp) for target in targets]


def compliance_of(analysis: Analysis | None) -> list[Compliance]:
    """One for each target; none for what is not measured, or has no loudness."""
    if analysis is None or analysis.integrated_lufs is None or analysis.true_peak_dbtp is None:
        return []
    return compliance(analysis.integrated_lufs, analysis.true_peak_dbtp)


def _at(target: Target, loudness: float, peak: float) -> Compliance:
    missing = target.integrated_lufs - loudness
    near = abs(missing) <= target.tolerance_lu
    gain, good, words = _TREATMENTS[target.treatment](target, missing, near, peak)
    excess = _excess(target, gain, peak)
    if excess > 0.05 and target.treatment != "none":
        good, words = False, f"{words}; peaks {excess:.1f} dB too high"
    return Compliance(target.name, target.title, "good" if good else "attention", round(gain, 1), words)


def _excess(target: Target, gain: float, peak: float) -> float:
    if gain < 0 and target.loud_ceiling_dbtp is not None:
        return peak - target.loud_ceiling_dbtp
    return peak + min(gain, 0.0) - target.ceiling_dbtp


Finding = tuple[float, bool, str]


def _turned_down(target: Target, missing: float, near: bool, peak: float) -> Finding:
    if near:
        return 0.0, True, "plays as it is"
    if missing < 0:
        return missing, True, f"turned down {-missing:.1f} dB"
    return 0.0, False, f"{missing:.1f} dB quieter than the others"


def _turned_both_ways(target: Target, missing: float, near: bool, peak: float) -> Finding:
    room = max(target.ceiling_dbtp - peak, 0.0)
    if near or missing < 0 or room < 0.05:
        return _turned_down(target, missing, near, peak)
    if missing <= room:
        return missing, True, f"turned up {missing:.1f} dB"
    return room, False, f"turned up {room:.1f} dB, still {missing - room:.1f} dB quieter than the others"


def _left_alone(target: Target, missing: float, near: bool, peak: float) -> Finding:
    if near:
        return 0.0, True, "plays as it is"
    if missing > 0:
        return 0.0, False, f"{missing:.1f} dB below what is usual; create a louder version"
    return 0.0, True, f"{-missing:.1f} dB above what is usual"


def _must_be_met(target: Target, missing: float, near: bool, peak: float) -> Finding:
    wanted = f"−{-target.integrated_lufs:g} LUFS"
    if near:
        return 0.0, True, f"meets {wanted}"
    side = "above" if missing < 0 else "below"
    return 0.0, False, f"{abs(missing):.1f} dB {side} {wanted}; make a version for it"


_TREATMENTS = {"down": _turned_down, "both": _turned_both_ways, "none": _left_alone, "refuse": _must_be_met}
