"""A row whose work a job does: computed in a thread, with progress, and with its state where people see it.

The row stores only how its work ended: done, or failed for good. Until then its job is the truth.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Connection, update

from .db.models import Owned
from .errors import Invalid, NotFound, Problem, TooLarge

if TYPE_CHECKING:
    from .context import Context

T = TypeVar("T")

Progress = Callable[[float], None]
"""Hears how much is done, from 0 to 1; what it raises ends the work."""

LOOK_S = 0.4
"""How often progress is reported, and a canceled job noticed."""


class Work:
    """States of a row's work."""

    QUEUED, WORKING, DONE, FAILED, CANCELED = "queued", "working", "done", "failed", "canceled"
    OVER = (FAILED, CANCELED)
    """It can be asked for again."""


_OF_JOBS = {
    "ready": Work.QUEUED,
    "running": Work.WORKING,
    "done": Work.WORKING,  # the row was read a moment before
    "dead": Work.FAILED,
    "canceled": Work.CANCELED,
}
_FINAL = (Invalid, NotFound, TooLarge)
"""Trying again would not help."""


class Worked(Protocol):
    """A row that a job works on."""

    id: Any
    job_id: Any
    state: Any
    reason: Any


@dataclass(frozen=True)
class WorkStatus:
    state: str
    reason: str | None


async def work_statuses(
    ctx: Context, rows: Sequence[Worked], *, open_state: str = Work.QUEUED
) -> dict[UUID, WorkStatus]:
    """The state of the work on each row and why it failed, by the row's id. `open_state` is what a row stores until its
    work has ended."""
    open_jobs = [row.job_id for row in rows if row.state == open_state]
    jobs = await ctx.jobs(open_jobs) if open_jobs else {}
    found = {row.id: WorkStatus(row.state, row.reason) for row in rows}
    for row in rows:
        if row.state == open_state:
            job = jobs.get(row.job_id)
            state = _OF_JOBS[job.state] if job else Work.CANCELED  # forgotten by now, as those that died are not
            found[row.id] = WorkStatus(state, job.note if job and state == Work.FAILED else None)
    return found


async def work_status(ctx: Context, row: Worked) -> WorkStatus:
    return (await work_statuses(ctx, [row]))[row.id]


class _Stopped(Exception):
    """Raised in the computing thread whose job ends early."""


async def run_in_thread(
    ctx: Context, compute: Callable[[Progress], T], note: str, *, share: tuple[float, float] = (0, 1)
) -> T:
    """`compute(progress)` in a thread; what it reports is this part of the job's progress.

    Raises:
        Canceled: somebody canceled the job; the thread has ended before this is raised.
    """
    begin, end = share
    done, stop = [0.0], threading.Event()

    def progress(part: float) -> None:
        if stop.is_set():
            raise _Stopped
        done[0] = part

    computing = asyncio.ensure_future(asyncio.to_thread(compute, progress))
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


async def attempt_work(work: Awaitable[T]) -> T | Problem:
    """What the work gives, or the problem that trying again would not fix, for `fail_work`. Whatever else goes wrong is
    raised, so that the job is tried again.
    """
    try:
        return await work
    except _FINAL as problem:
        return problem


async def fail_work(ctx: Context, kind: type[Owned], id: UUID, problem: Problem) -> None:
    """The row says why, and the job is over."""
    failed = {"state": Work.FAILED, "reason": problem.detail[:500]}
    await ctx.write(finish_work, kind, ctx.account, id, failed)


def finish_work(connection: Connection, kind: type[Owned], account: UUID, id: UUID, values: dict[str, Any]) -> bool:
    """Whether there is such a row; it may have been removed in the meantime."""
    mine = update(kind).where(kind.account_id == account, kind.id == id).values(**values)
    return connection.execute(mine).rowcount == 1
