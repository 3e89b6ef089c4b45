"""What plugins that are gone have left behind: `maxbooster doctor` tells it, `maxbooster plugins purge` removes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, or_, select

from ..db import known
from ..errors import NotReady
from ..jobs.models import DEAD, READY, JobRow
from . import switches
from .registry import Registry

if TYPE_CHECKING:
    from ..app import App
    from ..context import Context

OVERDUE = timedelta(minutes=10)


async def told(ctx: Context) -> None:
    """
    Raises:
        NotReady: something is left behind; a sentence for each thing.
    """
    app = ctx.app
    found = await app.database.read(lambda connection: list(_found(connection, app, ctx.now)))
    gone = switches.disabled(app.settings.data) - {*app.registry.plugins, *app.registry.families}
    if gone:
        found.append(f"plugins.toml names {', '.join(sorted(gone))}, which is not installed: {_advice(*gone)}.")
    if found:
        raise NotReady(" ".join(found))


def _found(connection: Connection, app: App, now: datetime) -> Iterator[str]:
    for family, tables in known.orphans(connection, app.registry).items():
        yield f"{family} is not installed, but its tables are there ({', '.join(tables)}): {_advice(family)}."
    waiting = select(JobRow.name, JobRow.queue, func.count()).where(
        JobRow.state == READY, JobRow.run_at < now - OVERDUE
    )
    for name, queue, count in connection.execute(waiting.group_by(JobRow.name, JobRow.queue)):
        family = name.removeprefix("on:").partition(".")[0]
        if family not in app.registry.families:
            yield f"{count} jobs {name!r} wait for the plugin {family!r}, which is not installed: {_advice(family)}."
        elif name in app.jobs:
            yield (
                f"{count} jobs in the queue {queue!r} are due for over {OVERDUE.seconds // 60} minutes: run"
                f" `maxbooster worker --queues {queue}`."
            )


def forget_jobs(connection: Connection, registry: Registry, family: str) -> int:
    """Delete the jobs of a family that is not installed and that wait or are dead; returns how many."""
    if family in registry.families:
        return 0
    theirs = or_(JobRow.name.startswith(f"{family}."), JobRow.name.startswith(f"on:{family}."))
    return connection.execute(delete(JobRow).where(theirs, JobRow.state.in_((READY, DEAD)))).rowcount


def _advice(*families: str) -> str:
    return " and ".join(f"`maxbooster plugins purge {family}` removes that" for family in sorted(families))
