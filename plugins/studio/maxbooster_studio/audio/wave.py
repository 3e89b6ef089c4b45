"""WAV: RIFF, RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from .chunks import FOUR_GIB, Chunk, Odd, Sound, body, chunks, sound
from .kinds import Span

_WHOLE_FRAMES = (1, 3, 6, 7)
"""Format tags of PCM, float, A-law and µ-law."""


@dataclass(frozen=True)
class Wave:
    """`codec`: the format tag, of WAVE_FORMAT_EXTENSIBLE the one inside."""

    format: bytes
    codec: int
    channels: int
    rate_hz: int
    align: int
    mask: int
    sound: Sound
    plain: bool


def wave(file: BinaryIO, span: Span) -> Wave:
    """
    Raises:
        Odd: it has no format or no sound, is cut, or holds more than it says.
    """
    file.seek(span.begin)
    form = file.read(12)[:4]
    format, large = b"", 0
    for chunk in chunks(file, span.begin + 12, span.end, size="<I"):
        if chunk.name == b"ds64":
            large = int.from_bytes(body(file, chunk)[8:16], "little")
        elif chunk.name == b"fmt ":
            format = body(file, chunk)
        elif chunk.name == b"data":
            if len(format) < 16:
                break
            announced = large if form != b"RIFF" and chunk.length == 0xFFFF_FFFF and large else chunk.length
            return _wave(file, span, format, Chunk(chunk.name, chunk.at, announced), is_bw64=form == b"BW64")
    raise Odd(f"is cut or damaged: its WAV header has no {'samples' if format else 'format'}. Export it again.")


def _wave(file: BinaryIO, span: Span, format: bytes, data: Chunk, *, is_bw64: bool) -> Wave:
    codec, channels, rate_hz, per_second, align, _ = struct.unpack("<HHIIHH", format[:16])
    mask = 0
    if codec == 0xFFFE and len(format) >= 40:
        mask, codec = struct.unpack("<IH", format[20:26])
    if codec in _WHOLE_FRAMES:
        per_second = rate_hz * align
    found = sound(file, data.at, data.length, span.end, size="<I", per_second=per_second)
    plain = found.exact and not is_bw64 and not span.begin
    return Wave(format, codec, channels, rate_hz, align, mask, found, plain)


def wave_header(found: Wave) -> bytes:
    """A header that says what is true; beyond 4 GiB that of RF64 (EBU Tech 3306)."""
    rest = b"WAVE" + (b"fmt " + struct.pack("<I", len(found.format)) + found.format)
    length = found.sound.length
    if length + len(rest) + 8 < FOUR_GIB:
        return b"RIFF" + struct.pack("<I", len(rest) + 8 + length) + rest + b"data" + struct.pack("<I", length)
    large = b"ds64" + struct.pack("<IQQQI", 28, len(rest) + 44 + length, length, length // max(found.align, 1), 0)
    return b"RF64\xff\xff\xff\xff" + rest[:4] + large + rest[4:] + b"data\xff\xff\xff\xff"
