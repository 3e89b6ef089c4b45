"""What plugins that are gone have left behind: `maxbooster doctor` tells it, `maxbooster plugins purge` removes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select

from ..connectors.models import ConnectorSettingsRow
from ..db import known
from ..errors import NotReady
from ..jobs.models import DEAD, READY, UNFINISHED, JobRow
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
    set_up = select(ConnectorSettingsRow.plugin, func.count()).group_by(ConnectorSettingsRow.plugin)
    for plugin, count in connection.execute(set_up.order_by(ConnectorSettingsRow.plugin)):
        if plugin not in app.registry.plugins:
            yield f"{counted(count, 'account')} set up {plugin}, which is not installed: {_advice(plugin)}."
    waiting = select(JobRow.name, func.count()).where(JobRow.state == READY, JobRow.run_at < now - OVERDUE)
    for name, count in connection.execute(waiting.group_by(JobRow.name)):
        if (family := family_of(name)) not in app.registry.families:
            yield f"{count} jobs {name!r} wait for the plugin {family!r}, which is not installed: {_advice(family)}."


def family_of(job: str) -> str:
    """`on:setlist.print_sheet` → `setlist`."""
    return job.removeprefix("on:").partition(".")[0]


async def unfinished_jobs(ctx: Context, plugin: str) -> list[str]:
    """A sentence on the jobs of a plugin that wait or run, if there are any."""
    count = select(func.count()).where(_jobs_of(plugin), JobRow.state.in_(UNFINISHED))
    found = await ctx.app.database.read(lambda connection: connection.execute(count).scalar_one())
    if not found:
        return []
    return [f"{counted(found, 'job')} {'waits or runs' if found == 1 else 'wait or run'}; none is run while it is off."]


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _jobs_of(plugin: str) -> ColumnElement[bool]:
    return or_(*(JobRow.name.startswith(f"{before}{plugin}.", autoescape=True) for before in ("", "on:")))


def forget_jobs(connection: Connection, registry: Registry, family: str) -> int:
    """Delete the jobs of a family that is not installed and that wait or are dead; returns how many."""
    if family in registry.families:
        return 0
    return connection.execute(delete(JobRow).where(_jobs_of(family), JobRow.state.in_((READY, DEAD)))).rowcount


def _advice(*families: str) -> str:
    return " and ".join(f"`maxbooster plugins purge {family}` removes that" for family in sorted(families))
