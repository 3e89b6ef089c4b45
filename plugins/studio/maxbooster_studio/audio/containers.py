"""What a file is by its first bytes, and whether its container says that it should be longer than it is.

libsndfile reads a cut file to its end without a word; a master made from it would end in the middle of the song.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

_UNKNOWN = (0, 0xFFFFFFFF)
"""Lengths that programs write which do not know yet how long the file will be."""
_OGG_TAIL = 65_536 + 282
"""No Ogg page is longer (RFC 3533 §6)."""


@dataclass(frozen=True)
class Kind:
    title: str
    extensions: tuple[str, ...]


WAV = Kind("WAV", ("wav", "wave", "bwf", "rf64"))
FLAC = Kind("FLAC", ("flac",))
AIFF = Kind("AIFF", ("aiff", "aif", "aifc"))
OGG = Kind("Ogg", ("ogg", "oga", "opus"))
MP3 = Kind("MP3", ("mp3",))
KINDS = (WAV, FLAC, AIFF, OGG, MP3)
EXTENSIONS = {extension: kind for kind in KINDS for extension in kind.extensions}


def kind_of(file: BinaryIO) -> Kind | None:
    """None: it is no recording that can be read here."""
    file.seek(0)
    head = file.read(16)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[:4] == b"fLaC":
        return FLAC
    if head[:4] == b"OggS":
        return OGG
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return MP3
    return None


def missing_bytes(file: BinaryIO, kind: Kind) -> bool:
    """Whether the file ends before its container says so."""
    is_cut = _IS_CUT.get(kind.title)
    try:
        return is_cut is not None and is_cut(file, file.seek(0, os.SEEK_END))
    except struct.error:  # it ends in the middle of a number
        return True


def _riff_is_cut(file: BinaryIO, size: int) -> bool:
    """RIFF and RF64 (EBU Tech 3306): whether `data` reaches beyond the end, or is not there at all."""
    large, at = 0, 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"ds64" and length >= 16:
            _, large = struct.unpack("<QQ", file.read(16))
        if name == b"data":
            announced = large if length == 0xFFFFFFFF and large else length
            return announced not in _UNKNOWN and at + 8 + announced > size
        at += 8 + length + length % 2
    return True


def _aiff_is_cut(file: BinaryIO, size: int) -> bool:
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack(">4sI", file.read(8))
        if name == b"SSND":
            return length not in _UNKNOWN and at + 8 + length > size
        at += 8 + length + length % 2
    return True


def _ogg_is_cut(file: BinaryIO, size: int) -> bool:
    """The last page is whole and carries the end-of-stream flag (RFC 3533 §6)."""
    file.seek(max(0, size - _OGG_TAIL))
    tail = file.read()
    start = tail.rfind(b"OggS")
    page = tail[start:] if start >= 0 else b""
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    body = sum(page[27 : 27 + page[26]])
    return not page[5] & 0x04 or len(page) < 27 + page[26] + body


def _mp3_is_cut(file: BinaryIO, size: int) -> bool:
    """The encoder's own count of bytes (the Xing/Info header), where there is one; a per cent is forgiven."""
    file.seek(0)
    head = file.read(10)
    begin = 0
    if head[:3] == b"ID3" and len(head) == 10:
        begin = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(begin)
    frame = file.read(256)
    mark = max(frame.find(b"Xing"), frame.find(b"Info"))
    if mark < 0:
        return False
    (flags,) = struct.unpack(">I", frame[mark + 4 : mark + 8])
    if not flags & 2:
        return False
    at = mark + 8 + (4 if flags & 1 else 0)
    (announced,) = struct.unpack(">I", frame[at : at + 4])
    return bool(announced * 0.99 > size - begin)


_IS_CUT: dict[str, Callable[[BinaryIO, int], bool]] = {
    "WAV": _riff_is_cut, "AIFF": _aiff_is_cut, "Ogg": _ogg_is_cut, "MP3": _mp3_is_cut,
}  # fmt: skip
"""FLAC is not among them: its reader notices by itself."""
