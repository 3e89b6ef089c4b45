"""The least dense chain that meets the target, found pass by pass with the kernel that will render it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..analysis import Measured, Told, measure
from ..audio import AudioFile, UnreadableAudio
from ..kernel import Chain, Limiter, Loudness
from ..targets import Target
from . import explained
from .design import DENSITIES, Draft, draft, least_density
from .schemas import MasterReport, Setting
from .stream import heard

MOST_CHANNELS = 2
TOLERANCE_LU = 0.1
"""What is promised, by anybody's meter."""
CLOSE_ENOUGH_LU = 0.02
PASSES = 9
"""As many with one density."""
MOST_GAIN_DB = 40.0
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


def master(audio: AudioFile, target: Target, told: Told) -> Mastered:
    """Choose the chain for a mono or stereo recording. `told` hears of all passes as one piece of work.

    Raises:
        UnreadableAudio: it breaks off, is silent, or too short to have a loudness.
    """
    remaining = _Remaining(told)
    before = measure(audio, remaining.next())
    _refuse_silence(audio, before)
    best = _Search(audio, before, target, remaining).best()
    return Mastered(best.chain, target, _settings(best, before, target), before)


@dataclass(frozen=True)
class _Approach:
    """`over_db`: how far the highest peak would be above the ceiling without the limiter. `missing_lu`: positive, if
    it is still too quiet."""

    draft: Draft
    chain: Chain
    over_db: float
    loudness_lufs: float
    missing_lu: float


class _Search:
    def __init__(self, audio: AudioFile, before: Measured, target: Target, remaining: _Remaining) -> None:
        self._audio, self._before, self._target, self._remaining = audio, before, target, remaining

    def best(self) -> _Approach:
        tried: list[_Approach] = []
        for density in DENSITIES[least_density(self._before.analysis) :]:
            chosen = draft(self._before.analysis, density)
            bare = heard(self._audio, chosen.chain, self._remaining.next())
            gain = self._target.integrated_lufs - _integrated(bare)
            over = bare.true_peak_dbtp + gain - self._target.ceiling_dbtp
            if over <= density.limiter_takes_db:
                tried += self._closest(chosen, gain, over)
                if tried and abs(tried[-1].missing_lu) <= 2 * CLOSE_ENOUGH_LU:
                    break
        return min(tried, key=lambda each: round(abs(each.missing_lu), 1))  # of equals the least dense

    def _closest(self, chosen: Draft, gain: float, over: float) -> list[_Approach]:
        """Secant steps on the gain into the limiter: loudness rises with it, ever more slowly. The nearest, if one
        keeps the ceiling."""
        target, ceiling = self._target, self._target.ceiling_dbtp
        passes, kept = list[tuple[float, float]](), list[_Approach]()
        for _ in range(PASSES):
            gain = min(gain, MOST_GAIN_DB)
            limiter = Limiter(ceiling_dbtp=ceiling, release_ms=chosen.density.limiter_release_ms)
            chain = replace(chosen.chain, gain_db=gain, limiter=limiter)
            loudness = heard(self._audio, chain, self._remaining.next())
            missing = target.integrated_lufs - _integrated(loudness)
            passes.append((gain, -missing))
            if (excess := loudness.true_peak_dbtp - target.ceiling_dbtp) > 0:
                ceiling -= excess + 0.02
            else:
                kept.append(_Approach(chosen, chain, over, _integrated(loudness), missing))
                if abs(missing) <= CLOSE_ENOUGH_LU or (gain == MOST_GAIN_DB and missing > 0):
                    break
            gain += _step(passes, missing)
        return sorted(kept, key=lambda each: abs(each.missing_lu))[:1]


def _step(passes: list[tuple[float, float]], missing: float) -> float:
    slope = 1.0
    if len(passes) > 1 and abs(passes[-1][0] - passes[-2][0]) > 1e-6:
        slope = (passes[-1][1] - passes[-2][1]) / (passes[-1][0] - passes[-2][0])
    return max(-6.0, min(6.0, missing / max(_FLATTEST, min(slope, _STEEPEST))))


class _Remaining:
    """Nobody knows how many passes it takes: each gets a quarter of what is left."""

    def __init__(self, told: Told) -> None:
        self._told, self._done = told, 0.0

    def next(self) -> Told:
        begin, self._done = self._done, self._done + (1 - self._done) / 4
        width = self._done - begin
        return lambda share: self._told(begin + width * share)


def _integrated(loudness: Loudness) -> float:
    return _SILENCE_LUFS if loudness.integrated_lufs is None else float(loudness.integrated_lufs)


def _refuse_silence(audio: AudioFile, before: Measured) -> None:
    if before.analysis.integrated_lufs is not None:
        return
    seconds = before.analysis.duration_s
    if seconds < 0.4:
        raise UnreadableAudio(f"{audio.name} lasts {seconds} s; a loudness needs 0.4 s (ITU-R BS.1770-5).")
    raise UnreadableAudio(f"{audio.name} is silent: nothing is louder than −70 LUFS, so there is nothing to master.")


def _settings(best: _Approach, before: Measured, target: Target) -> list[Setting]:
    chain, analysis, settings = best.chain, before.analysis, list(best.draft.settings)
    if chain.compressor is not None:
        settings.append(explained.compressor(chain.compressor, analysis, over_db=best.over_db))
    settings.append(explained.gain(chain.gain_db, analysis, target))
    settings.append(explained.limiter(target, over_db=best.over_db))
    if abs(best.missing_lu) > TOLERANCE_LU:
        settings.append(explained.shortfall(target, best.loudness_lufs))
    return settings
