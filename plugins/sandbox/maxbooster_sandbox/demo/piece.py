"""“Harbour Lights”: a short piece for the demo, composed here and synthesized, the same samples every time.

Twenty bars at 96 beats a minute in A minor: pad, bass, a plucked figure with echo, a lead, drums. Mixed with headroom
and not mastered, as a producer would hand it over.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TITLE = "Harbour Lights"
RATE_HZ = 44_100
BEAT_S = 60 / 96
BAR_S = 4 * BEAT_S
BARS = 20
TAIL_S = 3.0

CHORDS = ((57, 60, 64, 67), (53, 57, 60, 64), (48, 55, 60, 64), (55, 59, 62, 67))
"""One a bar, as MIDI notes: Am7, Fmaj7, C, G."""
FIGURE = (0, 2, 1, 3, 2, 1, 3, 2)
"""The chord's notes that the pluck takes, an eighth each."""
LEAD = (
    (0.0, 1.5, 76), (1.5, 0.5, 74), (2.0, 2.0, 72), (4.0, 1.5, 72), (5.5, 0.5, 71), (6.0, 2.0, 69),
    (8.0, 1.0, 67), (9.0, 1.0, 72), (10.0, 2.0, 76), (12.0, 1.5, 74), (13.5, 0.5, 72), (14.0, 2.0, 71),
)  # fmt: skip
"""Beat, length in beats, MIDI note; four bars."""

Mono = NDArray[np.float64]


def write(path: Path) -> None:
    """As WAV, 24 bit, stereo, 44.1 kHz; about 53 s."""
    import soundfile

    soundfile.write(path, rendered(), RATE_HZ, subtype="PCM_24")


def rendered() -> NDArray[np.float32]:
    """Samples of shape (frames, 2); the peak lies at −3 dBFS."""
    mix = _Mix(BARS * BAR_S + TAIL_S)
    for bar in range(BARS):
        start, chord = bar * BAR_S, CHORDS[bar % len(CHORDS)]
        last = bar == BARS - 1
        _pad(mix, start, chord)
        if bar >= 2:
            _pluck(mix, start, chord, notes=1 if last else 8)
        if bar >= 4:
            _bass(mix, start, chord[0] - 24, last=last)
        if bar >= 8 and not last:
            _drums(mix, start, fill=bar % 4 == 3)
    for phrase in (8, 12):
        _lead(mix, phrase * BAR_S)
    return mix.at_peak(-3.0)


class _Mix:
    def __init__(self, seconds: float) -> None:
        self._left = np.zeros(round(seconds * RATE_HZ))
        self._right = np.zeros_like(self._left)
        self.noise = np.random.default_rng(1729)

    def add(self, start_s: float, sound: Mono, *, gain: float, pan: float = 0.0) -> None:
        """`pan` from −1 (left) to 1, of equal power."""
        at = round(start_s * RATE_HZ)
        part = sound[: max(0, self._left.size - at)] * gain
        angle = (pan + 1) * np.pi / 4
        self._left[at : at + part.size] += part * np.cos(angle)
        self._right[at : at + part.size] += part * np.sin(angle)

    def at_peak(self, peak_dbfs: float) -> NDArray[np.float32]:
        both = np.stack([self._left, self._right], axis=1)
        scaled: NDArray[np.float32] = (both * (10 ** (peak_dbfs / 20) / np.abs(both).max())).astype(np.float32)
        return scaled


def _seconds(length: float) -> Mono:
    return np.arange(round(length * RATE_HZ)) / RATE_HZ


def _hz(note: float) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _swell(t: Mono, attack: float, release: float) -> Mono:
    """Rises in `attack`, falls in the last `release` seconds."""
    shape: Mono = np.minimum(1, np.minimum(t / attack, (t[-1] - t) / release)).clip(0)
    return shape


def _harmonics(t: Mono, hz: float, weights: tuple[float, ...]) -> Mono:
    parts = [weight * np.sin(2 * np.pi * hz * number * t) for number, weight in enumerate(weights, 1)]
    summed: Mono = np.sum(parts, axis=0)
    return summed


def _pad(mix: _Mix, start: float, chord: tuple[int, ...]) -> None:
    for place, note in enumerate(chord):
        for detune, side in ((-0.06, -0.7), (0.06, 0.7)):
            mix.add(start, _pad_voice(note + detune), gain=0.05, pan=side * (1 if place % 2 else -1))


@cache
def _pad_voice(note: float) -> Mono:
    t = _seconds(BAR_S + 0.6)
    return _harmonics(t, _hz(note), (1, 0.42, 0.2, 0.1, 0.05)) * _swell(t, 0.5, 0.8)


def _pluck(mix: _Mix, start: float, chord: tuple[int, ...], notes: int) -> None:
    for eighth, chosen in enumerate(FIGURE[:notes]):
        sound = _string(chord[chosen] + 12)
        at = start + eighth * BEAT_S / 2
        for echo in range(4):
            mix.add(at + echo * BEAT_S * 0.75, sound, gain=0.11 * 0.42**echo, pan=0.5 * (-1) ** (eighth + echo))


@cache
def _string(note: int) -> Mono:
    t = _seconds(0.9)
    parts = [np.exp(-t * (3.5 + 2.2 * n)) / n * np.sin(2 * np.pi * _hz(note) * n * t) for n in range(1, 7)]
    summed: Mono = np.sum(parts, axis=0)
    return summed


def _bass(mix: _Mix, start: float, note: int, *, last: bool) -> None:
    for beat, length in ((0, 1.4),) if last else ((0, 1.4), (1.5, 0.45), (2, 1.4), (3.5, 0.45)):
        t = _seconds(length * BEAT_S)
        sound = _harmonics(t, _hz(note), (1, 0.5, 0.22, 0.09)) * _swell(t, 0.008, 0.06) * np.exp(-1.1 * t)
        mix.add(start + beat * BEAT_S, sound, gain=0.3)


def _lead(mix: _Mix, start: float) -> None:
    for beat, length, note in LEAD:
        t = _seconds(length * BEAT_S + 0.15)
        vibrato = 0.12 * np.minimum(1, t / 0.4) * np.sin(2 * np.pi * 5.2 * t)
        phase = 2 * np.pi * np.cumsum(_hz(note) * 2 ** (vibrato / 12)) / RATE_HZ
        sound = np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase)
        for echo in range(3):
            at = start + (beat + echo * 0.75) * BEAT_S
            mix.add(at, sound * _swell(t, 0.03, 0.12), gain=0.13 * 0.35**echo, pan=0.15 - 0.3 * (echo % 2))


def _drums(mix: _Mix, start: float, *, fill: bool) -> None:
    for beat in (0, 2, 2.5):
        mix.add(start + beat * BEAT_S, _kick(), gain=0.55)
    for beat in (1, 3, 3.5, 3.75) if fill else (1, 3):
        mix.add(start + beat * BEAT_S, _snare(mix), gain=0.3, pan=0.05)
    for eighth in range(8):
        accent = 0.09 if eighth % 2 else 0.055
        mix.add(start + eighth * BEAT_S / 2, _hat(mix), gain=accent, pan=0.35)


@cache
def _kick() -> Mono:
    t = _seconds(0.35)
    phase = 2 * np.pi * np.cumsum(48 + 110 * np.exp(-t * 38)) / RATE_HZ
    return np.sin(phase) * np.exp(-t * 9)


def _snare(mix: _Mix) -> Mono:
    t = _seconds(0.22)
    noise = np.diff(mix.noise.standard_normal(t.size + 1))
    return 0.35 * noise * np.exp(-t * 24) + 0.5 * np.sin(2 * np.pi * 188 * t) * np.exp(-t * 30)


def _hat(mix: _Mix) -> Mono:
    t = _seconds(0.08)
    return np.diff(mix.noise.standard_normal(t.size + 2), n=2) * np.exp(-t * 70) * 0.4
