"""Several files at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from .blobs import BackedUpBlob

AT_ONCE = 6
"""Some wait for the disk while others are hashed."""

Progress = Callable[[int, int], None]
"""Bytes transferred, of how many."""


async def in_parallel(
    blobs: Sequence[BackedUpBlob], transfer: Callable[[BackedUpBlob], Awaitable[None]], progress: Progress
) -> None:
    """The first failure ends the others, and is what is raised."""
    total, done = sum(blob.size for blob in blobs), 0
    waiting = iter(blobs)

    async def work() -> None:
        nonlocal done
        for blob in waiting:
            await transfer(blob)
            done += blob.size
            progress(done, total)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
