"""A file in pieces, for the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import BinaryIO

_PIECE = 4 << 20


async def pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """What was written into an opened file."""
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
