"""The core's own jobs: forgetting what is old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete

from ..context import Context
from ..events.models import EventRow
from ..notices.models import Notice
from ..settings import Settings
from ..storage.jobs import jobs as storage_jobs
from . import queries as queue
from .job import job


@job("core.prune", cron="17 3 * * *")
async def prune(ctx: Context) -> None:
    before = ctx.now - timedelta(days=ctx.settings(Settings).job_retention_days)

    def forget(connection: Connection) -> None:
        queue.prune(connection, before)
        connection.execute(delete(EventRow).where(EventRow.at < before))
        connection.execute(delete(Notice).where(Notice.at < before))

    await ctx.write(forget)


jobs = [prune, *storage_jobs]
