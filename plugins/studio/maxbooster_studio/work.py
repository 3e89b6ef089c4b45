"""Long work: computed beside the event loop, with progress, and with its state where people see it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, update

from maxbooster.plugin import Cancelled, Context, Invalid, NotFound, Owned, Problem, TooLarge

from .analysis import Told

T = TypeVar("T")

LOOK_S = 0.4
"""How often progress is told, and a cancelled job noticed."""

QUEUED, WORKING, DONE, FAILED, CANCELLED = "queued", "working", "done", "failed", "cancelled"
_FINAL = (Invalid, NotFound, TooLarge)
"""Trying again would not help."""


class Stopped(Exception):
    """Raised in the computing thread whose job ends early."""


async def beside(ctx: Context, compute: Callable[[Told], T], note: str, *, share: tuple[float, float] = (0, 1)) -> T:
    """`compute(told)` in a thread; what it tells is this part of the job's progress.

    Raises:
        Cancelled: somebody cancelled the job; the thread has ended before this is raised.
    """
    begin, end = share
    done, stop = [0.0], threading.Event()

    def told(part: float) -> None:
        if stop.is_set():
            raise Stopped
        done[0] = part

    computing = asyncio.ensure_future(asyncio.to_thread(compute, told))
    try:
        while not computing.done():
            await asyncio.wait([computing], timeout=LOOK_S)
            await ctx.progress(begin + (end - begin) * done[0], note)
        return computing.result()
    finally:
        stop.set()
        if not computing.done():
            await asyncio.wait([computing])
            computing.exception()


async def attempt(ctx: Context, kind: type[Owned], id: UUID, work: Awaitable[T]) -> T | None:
    """Await the work of a job while its row says so. None: it failed for good, the row says why, and the job is over.

    What else goes wrong is shown and raised, so that the job is tried again or ends as cancelled.
    """
    await _show(ctx, kind, id, WORKING)
    try:
        return await work
    except _FINAL as problem:
        await ctx.write(settle, kind, ctx.account, id, {"state": FAILED, "reason": problem.detail[:500]})
        return None
    except (Cancelled, asyncio.CancelledError):
        await _show(ctx, kind, id, CANCELLED)
        raise
    except Exception as error:
        words = error.detail if isinstance(error, Problem) else type(error).__name__
        await _show(ctx, kind, id, FAILED, f"It could not be finished and is tried again: {words}"[:500])
        raise


async def _show(ctx: Context, kind: type[Owned], id: UUID, state: str, reason: str | None = None) -> None:
    """In a unit of its own, because the job's commits only at its end."""
    async with ctx.app.unit(ctx.identity) as aside:
        await aside.write(settle, kind, ctx.account, id, {"state": state, "reason": reason})


def settle(connection: Connection, kind: type[Owned], account: UUID, id: UUID, values: dict[str, Any]) -> bool:
    """Whether there is such a row; it may have been removed in the meantime."""
    mine = update(kind).where(kind.account_id == account, kind.id == id).values(**values)
    return connection.execute(mine).rowcount == 1
