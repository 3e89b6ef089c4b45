"""The jobs of webhooks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from ..context import Context
from ..jobs.job import job
from ..settings import Settings
from .endpoints import queries as endpoints
from .endpoints.jobs import announce, deliver, retry
from .inbox import queries as inbox

REMEMBERED = timedelta(days=400)
"""How long an event is known, so that a repeat is not handled again."""


@job("core.prune_webhooks", cron="41 3 * * *")
async def prune(ctx: Context) -> None:
    """Erase what is no longer needed of what came in and went out."""
    before = ctx.now - timedelta(days=ctx.settings(Settings).webhook_retention_days)

    def forget(connection: Connection) -> None:
        inbox.prune(connection, bodies_before=before, rows_before=ctx.now - REMEMBERED)
        endpoints.prune(connection, before)

    await ctx.write(forget)


jobs = [announce, deliver, retry, prune]
