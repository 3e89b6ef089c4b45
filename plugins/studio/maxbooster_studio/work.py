"""Long work: computed beside the event loop, with progress, and with its state where people see it.

A row stores only how its work ended: done, or failed for good. Until then its job is the truth.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Connection, update

from maxbooster.plugin import Context, Invalid, NotFound, Owned, Problem, TooLarge

from .analysis import Told

T = TypeVar("T")

LOOK_S = 0.4
"""How often progress is told, and a cancelled job noticed."""

_PIECE = 4 << 20

QUEUED, WORKING, DONE, FAILED, CANCELLED = "queued", "working", "done", "failed", "cancelled"
OVER = (FAILED, CANCELLED)
"""It can be asked for again."""
_OF_JOBS = {"ready": QUEUED, "running": WORKING, "done": WORKING, "dead": FAILED, "cancelled": CANCELLED}
"""A job that is done while its row is not: the row was read a moment before."""
_FINAL = (Invalid, NotFound, TooLarge)
"""Trying again would not help."""


class Worked(Protocol):
    """A row that a job works on."""

    id: Any
    job_id: Any
    state: Any
    reason: Any


@dataclass(frozen=True)
class Standing:
    state: str
    reason: str | None


async def standings(ctx: Context, rows: Sequence[Worked]) -> dict[UUID, Standing]:
    """How it stands with the work on each row, by the row's id."""
    open_jobs = [row.job_id for row in rows if row.state == QUEUED]
    jobs = await ctx.jobs(open_jobs) if open_jobs else {}
    found = {row.id: Standing(row.state, row.reason) for row in rows}
    for row in rows:
        if row.state == QUEUED:
            job = jobs.get(row.job_id)
            state = _OF_JOBS[job.state] if job else CANCELLED  # forgotten by now, as those that died are not
            found[row.id] = Standing(state, job.note if job and state == FAILED else None)
    return found


async def standing(ctx: Context, row: Worked) -> Standing:
    return (await standings(ctx, [row]))[row.id]


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


async def attempt(work: Awaitable[T]) -> T | Problem:
    """What the work gives, or the problem that trying again would not mend, for `give_up`. What else goes wrong is
    raised, so that the job is tried again.
    """
    try:
        return await work
    except _FINAL as problem:
        return problem


async def give_up(ctx: Context, kind: type[Owned], id: UUID, problem: Problem) -> None:
    """The row says why, and the job is over."""
    await ctx.write(settle, kind, ctx.account, id, {"state": FAILED, "reason": problem.detail[:500]})


def settle(connection: Connection, kind: type[Owned], account: UUID, id: UUID, values: dict[str, Any]) -> bool:
    """Whether there is such a row; it may have been removed in the meantime."""
    mine = update(kind).where(kind.account_id == account, kind.id == id).values(**values)
    return connection.execute(mine).rowcount == 1


async def pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """What was written into an opened file, for the store."""
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
