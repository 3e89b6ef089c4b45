"""`maxbooster jobs`: see and control the queue, across accounts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import click
from sqlalchemy import Connection

from ..app import App
from ..audit import trail
from ..db.models import PLATFORM
from ..db.types import new_id
from ..errors import NotFound
from ..jobs import queries as queue
from .failures import printable
from .printing import AS_JSON, print_json, print_rows
from .running import with_app

STATES = ("ready", "running", "done", "dead", "canceled")


@click.group()
def jobs() -> None:
    """See, retry and cancel jobs."""


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="At most this many.")
@AS_JSON
def list_jobs(state: str | None, limit: int, as_json: bool) -> None:
    """List jobs of all accounts, newest first."""

    async def listing(app: App) -> list[queue.JobOut]:
        return await app.database.read(lambda connection: queue.page(connection, state=state, limit=limit).items)

    rows = with_app(listing)
    lines = []
    for row in rows:
        done = f" {row.progress:4.0%}" if row.progress is not None else ""
        lines.append(
            f"{row.id}  {row.state:9}{done} {row.name}  try {row.attempts}  {printable(row.note or '')}".rstrip()
        )
    print_rows(rows, lines, as_json=as_json, empty=f"There are no jobs{f' in the state {state}' if state else ''}.")


@jobs.command()
@click.argument("job", type=click.UUID)
@click.option("--json", is_flag=True, expose_value=False, help="Print JSON; it always does.")
def show(job: UUID) -> None:
    """Show everything about one job, as JSON."""

    async def shown(app: App) -> queue.JobOut | None:
        return await app.database.read(lambda connection: queue.shown(connection, job))

    found = with_app(shown)
    if found is None:
        raise NotFound(f"There is no job {job}; `maxbooster jobs list` lists them.")
    print_json(found)


@jobs.command()
@click.argument("job", type=click.UUID)
def retry(job: UUID) -> None:
    """Queue a dead or canceled job again, with all its tries."""

    async def retried(app: App) -> str | None:
        name = await app.database.write(lambda connection: _recorded(connection, app, "job.retried", job, queue.retry))
        await app.ring({name} if name else ())
        return name

    if with_app(retried) is None:
        raise NotFound(f"There is no dead or canceled job {job}; `maxbooster jobs list --state dead` lists them.")
    click.echo(f"{job} is queued again.")


@jobs.command()
@click.argument("job", type=click.UUID)
def cancel(job: UUID) -> None:
    """Cancel a waiting or dead job, or ask a running one to stop."""

    async def canceled(app: App) -> str | None:
        return await app.database.write(
            lambda connection: _recorded(connection, app, "job.canceled", job, queue.cancel)
        )

    state = with_app(canceled)
    if state is None:
        raise NotFound(f"There is no job {job}; `maxbooster jobs list` lists them.")
    click.echo(
        {"canceled": f"{job} is canceled.", "running": f"{job} was asked to stop."}.get(state, f"{job} is {state}.")
    )


def _recorded(connection: Connection, app: App, action: str, job: UUID, act: Callable[..., str | None]) -> str | None:
    """What an operator does leaves its trace on the platform's chain."""
    state = act(connection, job, app.clock())
    if state is not None:
        trail.record(connection, [trail.Entry(PLATFORM, new_id(), app.clock(), action, f"core_job:{job}")])
    return state
