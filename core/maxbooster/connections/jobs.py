"""The jobs of connections: renewing ahead of time, forgetting sign-ins that nobody finished."""

from __future__ import annotations

from uuid import UUID

from ..context import Context
from ..identity import Identity
from ..jobs.job import job
from . import queries

MOST = 1_000
"""Renewals that are queued at a time; the rest five minutes later."""


@job("core.renew_connections", cron="*/5 * * * *")
async def renew_connections(ctx: Context) -> None:
    """Queue a renewal for each login that is due, used or not: so a lost one is noticed before somebody needs it."""
    due = await ctx.app.database.read(lambda connection: queries.due(connection, ctx.now, MOST))
    for row in due:
        async with ctx.app.unit(Identity(row.account_id, None, frozenset())) as inside:
            once = f"{row.id}:{row.generation}:{ctx.now:%d%H%M}"
            inside.enqueue(renew_connection, row.id, key=str(row.id), once=once)


@job("core.renew_connection", attempts=2)
async def renew_connection(ctx: Context, connection_id: UUID) -> None:
    await ctx.app.connections.renew_if_due(ctx.account, connection_id)


@job("core.prune_sign_ins", cron="17 * * * *")
async def prune_sign_ins(ctx: Context) -> None:
    await ctx.write(queries.prune_sign_ins, ctx.now)


jobs = [renew_connections, renew_connection, prune_sign_ins]
