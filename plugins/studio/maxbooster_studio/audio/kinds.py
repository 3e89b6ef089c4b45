"""What a file is by its content: its container, and where that begins and ends between tags of other programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from .mpeg import first_frame


@dataclass(frozen=True)
class Kind:
    title: str
    extensions: tuple[str, ...]


WAV = Kind("WAV", ("wav", "wave", "bwf", "rf64", "bw64"))
FLAC = Kind("FLAC", ("flac",))
AIFF = Kind("AIFF", ("aiff", "aif", "aifc"))
CAF = Kind("CAF", ("caf",))
OGG = Kind("Ogg", ("ogg", "oga", "opus"))
MP3 = Kind("MP3", ("mp3",))
MP4 = Kind("M4A/MP4", ("m4a", "mp4", "m4b", "m4r", "mov"))
KINDS = (WAV, FLAC, AIFF, CAF, OGG, MP3, MP4)
EXTENSIONS = {extension: kind for kind in KINDS for extension in kind.extensions}

_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_JUNK = 1 << 17
"""How far the first MP3 frame may lie from the beginning."""


@dataclass(frozen=True)
class Span:
    """Where the container lies in the file, in bytes. `junk`: how many bytes before it are neither sound nor tags."""

    begin: int
    end: int
    junk: int = 0


def kind_of(file: BinaryIO) -> tuple[Kind, Span] | None:
    """None: this is not a recording that can be read here."""
    span = _between_tags(file)
    file.seek(span.begin)
    head = file.read(_JUNK)
    if (kind := _sign(head)) is not None:
        return kind, span
    junk = first_frame(head)
    return (MP3, Span(span.begin + junk, span.end, junk)) if junk is not None else None


def _sign(head: bytes) -> Kind | None:
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[4:8] in _MP4_BOXES:
        return MP4
    return {b"caff": CAF, b"fLaC": FLAC, b"OggS": OGG}.get(head[:4])


def _between_tags(file: BinaryIO) -> Span:
    """ID3v2 and APE in front; ID3v1, APE and Lyrics3 behind."""
    begin, end = 0, file.seek(0, os.SEEK_END)
    while length := _tag_in_front(_read(file, begin, 32)):
        begin += length
    while begin < end and (length := _tag_behind(_read(file, max(begin, end - 227), min(227, end - begin)))):
        end = max(begin, end - length)
    return Span(min(begin, end), end)


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _tag_in_front(head: bytes) -> int:
    """Its length; 0: there is none."""
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        return 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:8] == b"APETAGEX" and len(head) == 32:
        return 32 + int.from_bytes(head[12:16], "little")
    return 0


def _tag_behind(tail: bytes) -> int:
    if tail[-128:-125] == b"TAG":
        return 128
    if tail[-227:-223] == b"TAG+":
        return 227
    if tail[-32:-24] == b"APETAGEX":
        return int.from_bytes(tail[-20:-16], "little") + (32 if tail[-9] & 0x80 else 0)
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    return 0
