"""A schedule that is for accounts: the job is queued once for each that has something to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..db.types import new_id
from . import queries as queue
from .job import Job

if TYPE_CHECKING:
    from ..context import Context

AT_ONCE = 1_000
"""Jobs that are queued in one transaction, so that others' writes come in between."""


async def queue_for_each(ctx: Context, job: Job, slot: UUID) -> None:
    """Queue the job in each account that `job.accounts` finds, once for the scheduled job `slot`. One that was stopped
    on the way begins again, and queues the rest."""
    assert job.accounts is not None
    found = iter(await ctx.read(lambda connection: list(job.accounts(connection))))  # type: ignore[misc]
    while some := list(islice(found, AT_ONCE)):
        rows = list(_rows(ctx, job, slot, some))
        await ctx.app.database.write(partial(_insert, rows=rows))
        await ctx.app.ring({job.queue})


def _insert(connection: Any, rows: Sequence[dict[str, Any]]) -> None:
    queue.insert(connection, rows)


def _rows(ctx: Context, job: Job, slot: UUID, accounts: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """Of one account one at a time: what takes longer than the schedule does not run beside itself."""
    for account in accounts:
        yield queue.new_row(
            id=new_id(),
            queue=job.queue,
            name=job.name,
            arguments=job.encode(()),
            account_id=account,
            rank=-job.priority,
            run_at=ctx.now,
            key=f"{job.name}:{account}",
            per_key=job.per_key,
            once=f"{job.name}:{slot}:{account}",
            created_at=ctx.now,
        )
