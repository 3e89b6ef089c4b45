"""Containers made of chunks: WAV (RIFF, RF64, BW64), AIFF and CAF. Where the samples lie, and whether that is true.

Their headers give the length of the sound, but programs that write into a pipe do not know it, others wrap it at 4 GiB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .source import clock

FOUR_GIB = 1 << 32
_WRITTEN_BY_STREAMS = ((0x7EFF_0000, 0x7F00_1000), (0x7FFF_0000, 0x8000_1000), (0xFFFF_F000, 0xFFFF_FFFF))
"""Lengths that programs write which do not know how long the file will be: sox 0x7FFFF000 and 0x7F000000, arecord
0x80000000, ffmpeg 0xFFFFFFFF, each less or more their own header."""
NO_LENGTH = "Its header gives no length, as when a program writes while it records; it was read to its end."


class Odd(Exception):
    """The container is not usable; the text says why, and begins after the file's name."""


@dataclass(frozen=True)
class Chunk:
    """`at`, `length`: of its body, the length as its header says."""

    name: bytes
    at: int
    length: int


@dataclass(frozen=True)
class Sound:
    """The samples: where, how many bytes; `exact`: as the header says."""

    begin: int
    length: int
    exact: bool
    notices: tuple[str, ...] = ()


def chunks(file: BinaryIO, at: int, end: int, *, size: str, padded: bool = True) -> Iterator[Chunk]:
    """One after another, as far as they follow each other. `size`: how a length is packed."""
    head = 4 + struct.calcsize(size)
    while at + head <= end:
        file.seek(at)
        name, length = struct.unpack(size[0] + "4s" + size[1:], file.read(head))
        if not _is_name(name):
            return
        yield Chunk(name, at + head, length)
        at += head + length
        if padded and length % 2 and _is_name_at(file, at + 1, end):
            at += 1


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(0x20 <= each < 0x7F for each in name)


def _is_name_at(file: BinaryIO, at: int, end: int) -> bool:
    file.seek(at)
    return at >= end or _is_name(file.read(4))


def body(file: BinaryIO, chunk: Chunk, most: int = 4096) -> bytes:
    file.seek(chunk.at)
    return file.read(min(chunk.length, most))


def sound(file: BinaryIO, begin: int, announced: int, end: int, *, size: str, per_second: float) -> Sound:
    """What the header announces, compared with what is there.

    Raises:
        Odd: it is cut, or holds much more than announced.
    """
    there, exact = end - begin, True
    if announced == there or (announced < there and _are_chunks(file, begin + announced, end, size)):
        return Sound(begin, announced, exact)
    if announced == 0 or (announced > there and any(low <= announced <= high for low, high in _WRITTEN_BY_STREAMS)):
        return Sound(begin, there, False, (NO_LENGTH,))
    if announced > there:
        raise Odd(
            f"is cut: its header announces {_time(announced, per_second)}, and {_time(there, per_second)} are there. "
            "Export it again, or upload it again."
        )
    if there - announced >= FOUR_GIB and (there - announced) % FOUR_GIB < per_second:
        return Sound(begin, there, False, ("Its header counts modulo 4 GiB; the whole file was read.",))
    extra = there - announced
    if extra > per_second / 10 and not _silent(file, begin + announced, end):
        raise Odd(
            f"holds more than its header says: {_time(announced, per_second)} are announced, and {extra} bytes follow "
            "that are nothing else. Export it again."
        )
    return Sound(begin, announced, exact, (f"{extra} bytes after the sound are not part of it and were left out.",))


def _time(length: int, per_second: float) -> str:
    return clock(length / per_second) if per_second else f"{length} bytes"


def _are_chunks(file: BinaryIO, at: int, end: int, size: str) -> bool:
    """Whether only whole chunks follow; a last odd byte is forgiven."""
    if end - at <= 1:
        return True
    if not _is_name_at(file, at, end):
        at += 1
    last = at
    for chunk in chunks(file, at, end, size=size):
        last = chunk.at + chunk.length
    return last > at and end - 1 <= last <= end + 1


def _silent(file: BinaryIO, at: int, end: int) -> bool:
    file.seek(at)
    while at < end:
        piece = file.read(min(1 << 20, end - at))
        if not piece or piece.strip(b"\0"):
            return False
        at += len(piece)
    return True
