"""Every setting in words: what it is, and the measured reason."""

from __future__ import annotations

from ..analysis import Analysis
from ..kernel import Band, Compressor
from ..targets import Target
from .schemas import Setting

_NAMES = ((45, "sub-bass"), (180, "bass"), (350, "warmth"), (700, "body"), (1500, "middle"), (6000, "presence"))
"""Up to how many Hz a part of the spectrum is called what."""


def rumble(hz: float, rumble_db: float) -> Setting:
    return Setting(
        "low_cut",
        f"Low cut at {hertz(hz)}",
        f"What lies below is {number(-rumble_db)} dB under the whole: hardly heard, but it uses headroom.",
    )


def offset(hz: float, offset_dbfs: float) -> Setting:
    return Setting(
        "low_cut",
        f"Low cut at {hertz(hz)}",
        f"The wave lies off its middle by {number(offset_dbfs)} dBFS, which uses headroom and is not heard.",
    )


def tone(band: Band, octaves_hz: list[float], off_db: float) -> Setting:
    place = {"low_shelf": "below", "high_shelf": "above"}.get(band.kind, "at")
    side, way = ("more", "taken back") if off_db > 0 else ("less", "given")
    middle = (octaves_hz[0] * octaves_hz[-1]) ** 0.5
    name = next((name for upto, name in _NAMES if middle < upto), "air")
    span = hertz(octaves_hz[0])
    if len(octaves_hz) > 1:
        span = f"{hertz(octaves_hz[0])} to {hertz(octaves_hz[-1])}"
    return Setting(
        "tone",
        f"{number(band.gain_db, signed=True)} dB {name} {place} {hertz(band.hz)}",
        f"Around {span} there is {number(abs(off_db))} dB {side} energy than finished music usually has; "
        f"a part of it is {way}, so that the character stays.",
    )


def width(width: float, analysis: Analysis) -> Setting:
    side = analysis.side_level_db or 0.0
    if width < 1:
        reason = (
            f"What differs between the channels is {number(abs(side))} dB {'above' if side > 0 else 'below'} what they "
            "share: much of it would vanish wherever it plays in mono."
        )
    else:
        reason = (
            f"What differs between the channels is {number(-side)} dB below what they share: a narrow picture, opened "
            "a little."
        )
    return Setting("width", f"Stereo width {width:.0%}", reason)


def compressor(used: Compressor, before: Analysis, *, over_db: float) -> Setting:
    title = f"Compressor {used.ratio:g} : 1 from {number(used.threshold_db)} dBFS"
    apart = before.loudness_range_lu or 0.0
    if over_db > 4 or apart < 6:
        reason = (
            f"It holds the loud moments, so that {number(max(over_db, 0.0))} dB are left for the limiter; "
            "more would be heard."
        )
    else:
        reason = (
            f"Quiet and loud passages are {number(apart)} LU apart; held together gently, the quiet ones are not lost "
            "on small speakers."
        )
    return Setting("compressor", title, reason)


def gain(gain_db: float, before: Analysis, target: Target) -> Setting:
    way = "Raised" if gain_db >= 0 else "Lowered"
    reason = f"The recording came at {number(before.integrated_lufs or 0.0)} LUFS; {_asked(target)}"
    return Setting("gain", f"{way} by {number(abs(gain_db))} dB", reason)


def _asked(target: Target) -> str:
    loudness = f"{number(target.integrated_lufs)} LUFS"
    if target.treatment in ("down", "both") and target.name.isalpha():
        return f"{target.title} plays at {loudness}."
    return f"{loudness} were asked for."


def limiter(target: Target, *, over_db: float) -> Setting:
    title = f"Limiter, ceiling {number(target.ceiling_dbtp)} dBTP"
    if over_db <= 0:
        return Setting("limiter", title, f"Nothing to do: the highest peak stays {number(-over_db)} dB below.")
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


def number(value: float, *, signed: bool = False) -> str:
    """One decimal, with a real minus."""
    text = f"{value:+.1f}" if signed else f"{value:.1f}"
    return text.replace("-", "−")


def hertz(hz: float) -> str:
    """`310 Hz`, `11 kHz`, `2.5 kHz`."""
    if hz < 1000:
        return f"{hz:.0f} Hz"
    return f"{hz / 1000:.1f}".removesuffix(".0") + " kHz"
