"""The doorbell of a single process, and the manners of every doorbell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class LocalDoorbell:
    """Web and worker in one process: a ring is a function call."""

    def __init__(self) -> None:
        self._listeners: list[tuple[tuple[str, ...], Callable[[str], None]]] = []

    async def ring(self, queue: str) -> None:
        for queues, heard in self._listeners:
            if queue in queues:
                heard(queue)

    async def listen(self, queues: tuple[str, ...], heard: Callable[[str], None]) -> None:
        listener = (queues, heard)
        self._listeners.append(listener)
        try:
            await asyncio.Event().wait()
        finally:
            self._listeners.remove(listener)

    async def close(self) -> None: ...
