"""The least dense chain that meets the target, found pass by pass with the kernel that will render it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..analysis import Analysis, Measured, Progress, measure
from ..audio import AudioFile, UnreadableAudio
from ..kernel import Chain, Limiter, Loudness
from ..targets import Target
from . import explained
from .design import DENSITIES, Density, Draft, draft, least_density
from .schemas import MasterReport, Setting, Wishes
from .stream import heard, measured
from .tone import CUT, offset_of

MOST_CHANNELS = 2
TOLERANCE_LU = 0.1
"""What is promised, by anybody's meter."""
CLOSE_ENOUGH_LU = 0.02
PASSES = 9
"""As many with one density."""
MOST_RAISED_LU = 40.0
"""Quieter recordings are mostly noise; more would raise little else."""
MOST_GAIN_DB = 80.0
"""With what a compressor takes, which is given back."""
_HOPELESS_DB = 6.0
"""So far beyond what the limiter may take that looking closer is of no use."""
_STEEPEST, _FLATTEST = 1.2, 0.12
_SILENCE_LUFS = -120.0


@dataclass(frozen=True)
class Mastered:
    """A chain that meets the target, or comes as near as this recording allows."""

    chain: Chain
    target: Target
    settings: list[Setting]
    before: Measured

    def report(self, after: Measured) -> MasterReport:
        return MasterReport(self.target, met(self.target, after), self.settings, self.before.analysis, after.analysis)


def met(target: Target, after: Measured) -> bool:
    loudness, peak = after.analysis.integrated_lufs, after.analysis.true_peak_dbtp
    if loudness is None or peak is None:
        return False
    return abs(loudness - target.integrated_lufs) <= TOLERANCE_LU and peak <= target.ceiling_dbtp


def master(audio: AudioFile, target: Target, told: Progress, wishes: Wishes | None = None) -> Mastered:
    """Choose the chain for a mono or stereo recording. `told` hears of all passes as one piece of work.

    Raises:
        UnreadableAudio: it breaks off, is silent, or too short to have a loudness.
    """
    wishes, remaining = wishes or Wishes(), _Remaining(told)
    before = measure(audio, remaining.next())
    loudness = _loudness_of(audio, before)
    offset, heard_by_chain = offset_of(before), before.analysis
    if any(offset):  # what is designed for must be what the chain hears
        heard_by_chain = measured(audio, Chain((CUT,), offset=offset), remaining.next()).analysis
    goal = min(target.integrated_lufs, loudness + MOST_RAISED_LU)
    best = _Search(audio, heard_by_chain, offset, loudness, goal, target.ceiling_dbtp, wishes, remaining).best()
    return Mastered(best.chain, target, _settings(best, before.analysis, target, wishes), before)


@dataclass(frozen=True)
class _Approach:
    """`over_db`: how far the highest peak would be above the ceiling without the limiter. `missing_lu`: positive, if
    it is still too quiet. `result`: what was heard of the chain."""

    draft: Draft
    chain: Chain
    over_db: float
    result: Loudness
    missing_lu: float

    @property
    def takes_too_much(self) -> bool:
        return self.over_db > self.draft.density.limiter_takes_db


@dataclass(frozen=True)
class _Start:
    """A draft without its limiter, heard once with a gain."""

    draft: Draft
    gain_db: float
    result: Loudness

    def over_db(self, gain_db: float, ceiling_dbtp: float) -> float:
        """How far the highest peak is above the ceiling with another gain."""
        return self.result.true_peak_dbtp + gain_db - self.gain_db - ceiling_dbtp


@dataclass(frozen=True)
class _Search:
    """`analysis`: of what the chain hears. `loudness_lufs`: of the recording; `goal_lufs`: of its master."""

    audio: AudioFile
    analysis: Analysis
    offset: tuple[float, float]
    loudness_lufs: float
    goal_lufs: float
    ceiling_dbtp: float
    wishes: Wishes
    remaining: _Remaining

    def best(self) -> _Approach:
        tried: list[_Approach] = []
        for density in DENSITIES[least_density(self.analysis, self.wishes) :]:
            tried += self._with(density)
            if tried and abs(tried[-1].missing_lu) <= 2 * CLOSE_ENOUGH_LU and not tried[-1].takes_too_much:
                break
        return min(tried, key=lambda each: (round(abs(each.missing_lu), 1), each.takes_too_much))  # the least dense

    def _with(self, density: Density) -> list[_Approach]:
        """The nearest with this density, if it is worth looking for and keeps the ceiling."""
        chosen = draft(self.analysis, density, self.wishes, self.offset)
        guess = self.goal_lufs - self.loudness_lufs
        result = heard(self.audio, replace(chosen.chain, gain_db=guess), self.remaining.next())
        start = _Start(chosen, guess, result)
        gain = guess + self.goal_lufs - _integrated(result)
        if start.over_db(gain, self.ceiling_dbtp) > density.limiter_takes_db:
            return []
        return self._closest(start, min(gain, MOST_GAIN_DB))

    def _closest(self, start: _Start, gain: float) -> list[_Approach]:
        """Secant steps on the gain into the limiter: loudness rises with it, ever more slowly."""
        ceiling, density = self.ceiling_dbtp, start.draft.density
        passes, kept = list[tuple[float, float]](), list[_Approach]()
        for _ in range(PASSES):
            over = start.over_db(gain, self.ceiling_dbtp)
            if over > density.limiter_takes_db + _HOPELESS_DB:
                break
            limiter = Limiter(ceiling_dbtp=ceiling, release_ms=density.limiter_release_ms)
            chain = replace(start.draft.chain, gain_db=gain, limiter=limiter)
            result = heard(self.audio, chain, self.remaining.next())
            missing = self.goal_lufs - _integrated(result)
            passes.append((gain, -missing))
            if (excess := result.true_peak_dbtp - self.ceiling_dbtp) > 0:
                ceiling -= excess + 0.02
            else:
                kept.append(_Approach(start.draft, chain, over, result, missing))
                if abs(missing) <= CLOSE_ENOUGH_LU:
                    break
            gain = min(gain + _step(passes, missing), MOST_GAIN_DB)
        return sorted(kept, key=lambda each: abs(each.missing_lu))[:1]


def _step(passes: list[tuple[float, float]], missing: float) -> float:
    slope = 1.0
    if len(passes) > 1 and abs(passes[-1][0] - passes[-2][0]) > 1e-6:
        slope = (passes[-1][1] - passes[-2][1]) / (passes[-1][0] - passes[-2][0])
    return max(-6.0, min(6.0, missing / max(_FLATTEST, min(slope, _STEEPEST))))


class _Remaining:
    """Nobody knows how many passes it takes: each gets a quarter of what is left."""

    def __init__(self, told: Progress) -> None:
        self._told, self._done = told, 0.0

    def next(self) -> Progress:
        begin, self._done = self._done, self._done + (1 - self._done) / 4
        width = self._done - begin
        return lambda share: self._told(begin + width * share)


def _integrated(loudness: Loudness) -> float:
    return _SILENCE_LUFS if loudness.integrated_lufs is None else float(loudness.integrated_lufs)


def _loudness_of(audio: AudioFile, before: Measured) -> float:
    """
    Raises:
        UnreadableAudio: it has none.
    """
    if before.analysis.integrated_lufs is not None:
        return before.analysis.integrated_lufs
    seconds = before.analysis.duration_s
    if seconds < 0.4:
        raise UnreadableAudio(f"{audio.name} lasts {seconds} s; a loudness needs 0.4 s (ITU-R BS.1770-5).")
    raise UnreadableAudio(f"{audio.name} is silent: nothing is louder than −70 LUFS, so there is nothing to master.")


def _settings(best: _Approach, before: Analysis, target: Target, wishes: Wishes) -> list[Setting]:
    """What was done, in figures of what was really done: of the chain that was chosen, not of the first guess."""
    chain, settings = best.chain, list(best.draft.settings)
    reached = _integrated(best.result)
    if chain.compressor is not None:
        settings.append(explained.compressor(chain.compressor, before, best.result, best.over_db, wishes))
    settings.append(explained.gain(chain.gain_db, before, target, compressed=chain.compressor is not None))
    settings.append(explained.limiter(target, over_db=best.over_db))
    if abs(target.integrated_lufs - reached) > TOLERANCE_LU:
        raised = reached - (before.integrated_lufs or 0.0)
        too_quiet = abs(best.missing_lu) <= TOLERANCE_LU
        settings.append(
            explained.too_quiet(target, before, reached, raised) if too_quiet else explained.shortfall(target, reached)
        )
    return settings
