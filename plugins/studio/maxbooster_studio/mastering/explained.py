"""Every setting in words: what it is, and the measured reason."""

from __future__ import annotations

from math import log10

from ..analysis import Analysis
from ..kernel import Band, Compressor, Loudness
from ..targets import Target
from .schemas import Reference, Setting, Wishes

_NAMES = ((45, "sub-bass"), (180, "bass"), (350, "warmth"), (700, "body"), (1500, "middle"), (6000, "presence"))
"""Up to how many Hz a part of the spectrum is called what."""


def rumble(hz: float, rumble_db: float) -> Setting:
    return Setting(
        "low_cut",
        f"Low cut at {hertz(hz)}",
        f"What lies below is {number(-rumble_db)} dB below the whole mix: hardly heard, but it uses headroom.",
    )


def offset(hz: float, by: float) -> Setting:
    """`by`: of full scale."""
    return Setting(
        "low_cut",
        f"Offset removed, low cut at {hertz(hz)}",
        f"At its start the waveform sits {number(20 * log10(by))} dBFS off center, which wastes headroom and is not "
        "heard. It is centered first, so that the start does not thump.",
    )


def intensity(wishes: Wishes) -> Setting:
    way = "further than" if wishes.strength > 1 else "less far than"
    return Setting(
        "intensity",
        f"Intensity {wishes.intensity}%",
        f"Tone and width go {wishes.strength:.1f} times as far as usual, {way} at 50%; the target stays.",
    )


def tone(band: Band, octaves_hz: list[float], off_db: float, wishes: Wishes) -> Setting:
    place = {"low_shelf": "below", "high_shelf": "above"}.get(band.kind, "at")
    side, way = ("more", "taken back") if off_db > 0 else ("less", "given")
    middle = (octaves_hz[0] * octaves_hz[-1]) ** 0.5
    name = next((name for upto, name in _NAMES if middle < upto), "air")
    span = hertz(octaves_hz[0])
    if len(octaves_hz) > 1:
        span = f"{hertz(octaves_hz[0])} to {hertz(octaves_hz[-1])}"
    than = f"than in {_quoted(wishes.reference)}" if wishes.reference is not None else "than finished music usually has"
    return Setting(
        "tone",
        f"{number(band.gain_db, signed=True)} dB {name} {place} {hertz(band.hz)}",
        f"Around {span} there is {number(abs(off_db))} dB {side} energy {than}; "
        f"a part of it is {way}, so that the character stays.",
    )


def width(width: float, analysis: Analysis, wishes: Wishes) -> Setting:
    side = analysis.side_level_db or 0.0
    differs = f"What differs between the channels is {_beside(side)} what they share"
    if wishes.reference is not None and wishes.reference.analysis.side_level_db is not None:
        wished = wishes.reference.analysis.side_level_db
        reason = f"{differs}; in {_quoted(wishes.reference)} it is {_beside(wished)}."
    elif width < 1:
        reason = f"{differs}: much of it would vanish wherever it plays in mono."
    else:
        reason = f"{differs}: a narrow stereo image, widened a little."
    return Setting("width", f"Stereo width {width:.0%}", reason)


def compressor(used: Compressor, before: Analysis, result: Loudness, over_db: float, wishes: Wishes) -> Setting:
    """`result`: of the chain that was chosen, with its limiter; `over_db`: how much its limiter takes."""
    title = f"Compressor {used.ratio:g} : 1 from {number(used.threshold_db)} dBFS"
    apart, now = before.loudness_range_lu or 0.0, result.loudness_range_lu
    if wishes.reference is not None and (wished := wishes.reference.analysis.peak_to_loudness_lu) is not None:
        reason = (
            f"Peaks stand {number(before.peak_to_loudness_lu or 0.0)} LU above the loudness; in "
            f"{_quoted(wishes.reference)} it is {number(wished)} LU."
        )
    elif over_db <= 4 and apart >= 6 and now < apart - 0.2:
        reason = (
            f"Quiet and loud passages were {number(apart)} LU apart and are {number(now)} LU apart now, so that the "
            "quiet ones are not lost on small speakers."
        )
    elif over_db > 0:
        reason = (
            f"It evens out the loud moments first; the limiter then takes {number(over_db)} dB off the highest peak."
        )
    else:
        reason = "It evens out the loud moments, so that the limiter has nothing to do."
    return Setting("compressor", title, reason)


def _beside(level_db: float) -> str:
    return f"{number(abs(level_db))} dB {'above' if level_db > 0 else 'below'}"


def _quoted(reference: Reference) -> str:
    return f"“{reference.title}”"


def gain(gain_db: float, before: Analysis, target: Target, *, compressed: bool) -> Setting:
    way, after = "Raised" if gain_db >= 0 else "Lowered", " after the compressor" if compressed else ""
    reason = f"Your mix measured {number(before.integrated_lufs or 0.0)} LUFS; {_asked(target)}"
    return Setting("gain", f"{way} by {number(abs(gain_db))} dB{after}", reason)


def _asked(target: Target) -> str:
    loudness = f"{number(target.integrated_lufs)} LUFS"
    if target.treatment in ("down", "both") and target.name.isalpha():
        return f"{target.title} plays at {loudness}."
    return f"the target is {loudness}."


def limiter(target: Target, *, over_db: float) -> Setting:
    title = f"Limiter, ceiling {number(target.ceiling_dbtp)} dBTP"
    if over_db <= 0:
        return Setting("limiter", title, f"Nothing to do: the highest peak stays {number(-over_db)} dB below it.")
    return Setting(
        "limiter", title, f"It takes {number(over_db)} dB off the highest peak, which would clip where it is encoded."
    )


def shortfall(target: Target, reached_lufs: float) -> Setting:
    """What could not be done, honestly."""
    missing = target.integrated_lufs - reached_lufs
    return Setting(
        "limit",
        f"{number(abs(missing))} LU {'short of' if missing > 0 else 'above'} the target",
        f"It ends at {number(reached_lufs)} LUFS. The peaks stand so far above the rest, or the sound is so short, "
        f"that {number(target.integrated_lufs)} LUFS below {number(target.ceiling_dbtp)} dBTP cannot be had from it.",
    )


def too_quiet(target: Target, before: Analysis, reached_lufs: float, raised_lu: float) -> Setting:
    return Setting(
        "limit",
        f"{number(target.integrated_lufs - reached_lufs)} LU short of the target",
        f"It came at {number(before.integrated_lufs or 0.0)} LUFS and is {number(raised_lu)} dB louder now, the most "
        "that a master is raised: beyond that, mostly noise gets louder. Record or export it at a higher level.",
    )


def number(value: float, *, signed: bool = False) -> str:
    """One decimal, with a real minus."""
    text = f"{value:+.1f}" if signed else f"{value:.1f}"
    return text.replace("-", "−")


def hertz(hz: float) -> str:
    """`310 Hz`, `11 kHz`, `2.5 kHz`."""
    if hz < 1000:
        return f"{hz:.0f} Hz"
    return f"{hz / 1000:.1f}".removesuffix(".0") + " kHz"
