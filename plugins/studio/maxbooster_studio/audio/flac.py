"""What a FLAC says of itself (RFC 9639)."""

from __future__ import annotations

from typing import BinaryIO

from .chunks import Odd
from .kinds import Span


def frames(file: BinaryIO, span: Span) -> int:
    """How many frames STREAMINFO announces; 0: unknown, as from a pipe.

    Raises:
        Odd: it is cut in its header.
    """
    file.seek(span.begin)
    head = file.read(42)
    if len(head) < 42 or span.end - span.begin < 42:
        raise Odd("is cut or damaged: its FLAC header is incomplete. Export it again, or upload it again.")
    return int.from_bytes(head[21:26], "big") & 0xF_FFFF_FFFF
