"""Which loudspeaker each channel is for, by the names that WAVE's channel mask and ffmpeg use."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.weighting import USUAL

POSITIONS = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
)  # fmt: skip
"""In the order of the mask's bits (Microsoft, WAVEFORMATEXTENSIBLE)."""


@dataclass(frozen=True)
class Layout:
    """`notice`: what had to be assumed; None if the file says it all."""

    positions: tuple[str, ...]
    notice: str | None = None


def by_mask(mask: int, channels: int) -> Layout:
    """The layout that a channel mask (0: there is none) says for so many channels."""
    named = tuple(name for bit, name in enumerate(POSITIONS) if mask >> bit & 1)
    if mask >> len(POSITIONS) == 0 and len(named) == channels:
        return Layout(named)
    if mask == 0:
        return assumed(channels)
    return assumed(channels, f"Its channel mask (0x{mask:X}) does not describe {channels} channels.")


def by_names(names: tuple[str, ...]) -> Layout:
    """The layout that ffmpeg names; it calls a channel it does not know `NONE` or `UNK`."""
    known = all(name in POSITIONS or name.startswith(("LFE", "T", "B", "W")) for name in names)
    return Layout(names) if known else assumed(len(names))


def assumed(channels: int, why: str | None = None) -> Layout:
    positions = USUAL.get(channels, ("FC",) * channels)
    if channels <= 2 and why is None:
        return Layout(positions)
    why = why or f"It does not say which speakers its {channels} channels are for."
    return Layout(positions, f"{why} They were measured as {' '.join(positions)}.")
