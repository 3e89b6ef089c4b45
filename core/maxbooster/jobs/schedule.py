"""What keeps the queue honest: expired leases, cron, and old rows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cronsim import CronSim
from sqlalchemy import Connection

from ..db.types import new_id
from ..observe.logs import log
from . import queries as queue
from .job import Job

if TYPE_CHECKING:
    from ..app import App

SWEEP_S = 1.0
CATCH_UP = timedelta(hours=1)
"""A schedule that was missed because nothing ran is caught up once, if it is not older than this."""


async def sweep(app: App) -> None:
    """Forever: release what a dead worker held and queue what the clock asks for. Every worker process does it."""
    scheduled = [job for job in app.jobs.values() if job.cron]
    since = app.clock() - CATCH_UP
    while True:
        now = app.clock()
        rows = [row for job in scheduled if (row := _slot(job, since, now))]
        try:
            queues = await app.database.write(lambda connection: _sweep(connection, now, rows))  # noqa: B023
            await app.ring(set(queues))
            since = now
        except Exception as error:
            log.warning("jobs.sweep_failed", error=str(error))
        await asyncio.sleep(SWEEP_S)


def _sweep(connection: Connection, now: datetime, rows: list[dict[str, object]]) -> list[str]:
    released = queue.release_expired(connection, now)
    if rows:
        queue.insert(connection, rows)
    return [*released, *(str(row["queue"]) for row in rows)]


def _slot(job: Job, since: datetime, now: datetime) -> dict[str, object] | None:
    """The latest time in `(since, now]` at which the schedule asks for the job; queued once for all workers."""
    slot = None
    for at in CronSim(job.cron or "", since):
        if at > now:
            break
        slot = at
    if slot is None:
        return None
    return queue.new_row(
        id=new_id(),
        queue=job.queue,
        name=job.name,
        arguments=job.encode(()),
        account_id=None,
        rank=-job.priority,
        run_at=slot,
        key=None,
        per_key=1,
        once=f"{job.name}:cron:{slot.isoformat()}",
        created_at=now,
    )
