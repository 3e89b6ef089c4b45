"""What is learnt of a file while its bytes go by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from hashlib import sha256

HEAD = 64 * 1024
"""How many bytes from the beginning are enough to tell what a file is."""


class Digest:
    """SHA-256, size, and how it begins."""

    def __init__(self) -> None:
        self.sha256 = sha256()
        self.size = 0
        self.head = b""

    async def over(self, source: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for piece in source:
            await asyncio.to_thread(self.sha256.update, piece)
            self.size += len(piece)
            if len(self.head) < HEAD:
                self.head += piece[: HEAD - len(self.head)]
            yield piece
