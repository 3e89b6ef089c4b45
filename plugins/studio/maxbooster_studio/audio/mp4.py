"""MP4 as boxes (ISO/IEC 14496-12): whether they are all there, and how much sound they promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from .chunks import Odd
from .kinds import Span

if TYPE_CHECKING:
    from .compressed import Encoded

_LOOSE = 4_096
"""Frames: times are rounded to 1/600 s, and the last packet may be short."""


def refuse_cut(file: BinaryIO, span: Span) -> None:
    """
    Raises:
        Odd: a box reaches beyond the end, or the index is missing.
    """
    at, seen = span.begin, set[bytes]()
    while at + 8 <= span.end:
        file.seek(at)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        length = int.from_bytes(head[8:16], "big") if length == 1 else length or span.end - at
        seen.add(name)
        if length < 8:
            break
        at += length
        if at > span.end:
            raise Odd("is cut: its MP4 boxes reach beyond its end. Export it again, or upload it again.")
    if b"moov" not in seen:
        raise Odd("is cut or was never finished: its MP4 index (moov) is missing. Export it again, or upload it again.")


def promise(stream: Any, part: Encoded) -> None:
    """How long the track is without what the edit list leaves out, in its own sample rate."""
    if stream.duration and stream.time_base:
        part.frames = round(stream.duration * stream.time_base * stream.codec_context.sample_rate)
        part.loose = _LOOSE
