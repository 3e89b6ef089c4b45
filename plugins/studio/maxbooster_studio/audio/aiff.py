"""AIFF and AIFF-C."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from .chunks import NO_LENGTH, Odd, Sound, body, chunks, sound
from .kinds import Span

_UNCOMPRESSED = (b"NONE", b"sowt", b"twos", b"fl32", b"FL32", b"fl64", b"FL64", b"in24", b"in32")


@dataclass(frozen=True)
class Aiff:
    form: bytes
    common: bytes
    frames: int
    sound: Sound
    plain: bool


def aiff(file: BinaryIO, span: Span) -> Aiff:
    """
    Raises:
        Odd: it has no format or no sound, is cut, or holds more than it says.
    """
    file.seek(span.begin)
    form = file.read(12)[8:12]
    common, samples = b"", None
    for chunk in chunks(file, span.begin + 12, span.end, size=">I"):
        if chunk.name == b"COMM":
            common = body(file, chunk)
        elif chunk.name == b"SSND":
            samples = chunk
    if samples is None or len(common) < 18:
        raise Odd(f"is cut or damaged: its AIFF header has no {'samples' if common else 'format'}. Export it again.")
    channels, frames, bits = struct.unpack(">hIh", common[:8])
    align = channels * -(-bits // 8)
    per_second = align * _extended(common[8:18])
    skipped = int.from_bytes(body(file, samples, 4), "big")
    begin = samples.at + 8 + skipped
    found = sound(file, begin, max(samples.length - 8 - skipped, 0), span.end, size=">I", per_second=per_second)
    plain_codec = form == b"AIFF" or common[18:22] in _UNCOMPRESSED
    held = found.length // align if align > 0 and plain_codec else frames
    if held == frames or (found.exact and held < frames):
        return Aiff(form, common, frames, found, found.exact and not span.begin)
    if found.exact and frames:
        why = f"Its header counts {frames} frames, and there are {held}; all were read."
        found = Sound(found.begin, found.length, False, (*found.notices, why))
    elif found.exact:
        found = Sound(found.begin, found.length, False, (*found.notices, NO_LENGTH))
    common = common[:2] + struct.pack(">I", held) + common[6:]
    return Aiff(form, common, held, found, plain=False)


def aiff_header(found: Aiff) -> bytes:
    common = b"COMM" + struct.pack(">I", len(found.common)) + found.common + b"\0" * (len(found.common) % 2)
    samples = b"SSND" + struct.pack(">III", min(found.sound.length + 8, 0xFFFF_FFFF), 0, 0)
    length = min(4 + len(common) + len(samples) + found.sound.length, 0xFFFF_FFFF)
    return b"FORM" + struct.pack(">I", length) + found.form + common + samples


def _extended(number: bytes) -> float:
    """An 80-bit float of IEEE 754, as a sample rate."""
    exponent = int.from_bytes(number[:2], "big") & 0x7FFF
    return float(int.from_bytes(number[2:10], "big")) * 2.0 ** (min(exponent, 16_446) - 16_446)
