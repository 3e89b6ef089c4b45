"""CAF (Apple Core Audio Format)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from .chunks import NO_LENGTH, Odd, Sound, body, chunks, sound
from .kinds import Span

_CAF_LABELS = {
    1: "FL", 2: "FR", 3: "FC", 4: "LFE", 5: "SL", 6: "SR", 7: "FLC", 8: "FRC", 9: "BC", 10: "SL", 11: "SR", 12: "TC",
    13: "TFL", 14: "TFC", 15: "TFR", 16: "TBL", 17: "TBC", 18: "TBR", 33: "BL", 34: "BR", 42: "FC",
}  # fmt: skip
_CAF_TAGS = {
    100: ("FC",), 101: ("FL", "FR"),
    121: ("FL", "FR", "FC", "LFE", "SL", "SR"), 122: ("FL", "FR", "SL", "SR", "FC", "LFE"),
    123: ("FL", "FC", "FR", "SL", "SR", "LFE"), 124: ("FC", "FL", "FR", "SL", "SR", "LFE"),
}  # fmt: skip
"""Apple's numbers of usual layouts (MPEG 5.1 A to D), in the order of their channels."""


@dataclass(frozen=True)
class Caf:
    """`positions`: None if it does not say."""

    codec: bytes
    positions: tuple[str, ...] | None
    mask: int
    sound: Sound


def caf(file: BinaryIO, span: Span) -> Caf:
    """
    Raises:
        Odd: it has no format or no sound, or is cut.
    """
    description, layout = b"", b""
    for chunk in chunks(file, span.begin + 8, span.end, size=">q", padded=False):
        if chunk.name == b"desc":
            description = body(file, chunk)
        elif chunk.name == b"chan":
            layout = body(file, chunk)
        elif chunk.name == b"data" and len(description) >= 32:
            rate, codec, _, packet, per_packet, _, _ = struct.unpack(">d4sIIIII", description[:32])
            there = span.end - chunk.at
            per_second = rate * packet / per_packet if packet and per_packet else 0.0
            announced = there if chunk.length == -1 else chunk.length
            found = sound(file, chunk.at, announced, span.end, size=">q", per_second=per_second)
            if chunk.length == -1:
                found = Sound(found.begin, there, True, (NO_LENGTH,))
            return Caf(codec, *_caf_layout(layout), found)
        if chunk.length < 0:
            break
    raise Odd("is cut or damaged: its CAF header has no samples. Export it again.")


def _caf_layout(layout: bytes) -> tuple[tuple[str, ...] | None, int]:
    if len(layout) < 12:
        return None, 0
    tag, mask, count = struct.unpack(">III", layout[:12])
    if tag == 1 << 16:
        return None, mask
    if tag:
        return _CAF_TAGS.get(tag >> 16), 0
    labels = [int.from_bytes(layout[12 + 20 * each : 16 + 20 * each], "big") for each in range(min(count, 64))]
    named = tuple(_CAF_LABELS.get(each, "") for each in labels)
    return (named, 0) if all(named) else (None, 0)
