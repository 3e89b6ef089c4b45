"""`maxbooster plugins`: what is installed, and what is turned on."""

from __future__ import annotations

import asyncio
import getpass
import os

import click

from ..app import App
from ..plugins import enabling, registry, switches
from ..plugins.approval import Pages, digest
from ..settings import Settings, read
from .kinds import list_kinds
from .printing import AS_JSON, print_rows


@click.group()
def plugins() -> None:
    """List plugins, turn them on and off."""


plugins.add_command(list_kinds)


def loaded() -> tuple[registry.Registry, Settings]:
    """What is installed and on, and the core's settings; nothing is put together."""
    settings = read().decode("core", Settings)
    return switches.loaded(settings), settings


@plugins.command("list")
@AS_JSON
def list_plugins(as_json: bool) -> None:
    """List plugins: name, version, state, and why one is broken."""
    from .running import assembled

    found = assembled().registry
    rows = [
        {
            "name": each.name,
            "distribution": each.distribution,
            "version": each.version,
            "state": each.state,
            "reason": each.reason,
            "title": each.manifest.title if each.manifest else None,
        }
        for each in found.plugins.values()
    ]
    lines = [
        f"{row['name']:24} {row['version']:10} {row['state']:9} {row['reason'] or row['title'] or ''}" for row in rows
    ]
    print_rows(rows, lines, as_json=as_json)


@plugins.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Approve what it asks for; do not ask.")
@click.option(
    "--pages",
    type=click.Choice(["frame", "page"]),
    help="Run its pages in a sandboxed frame, or in the page, where they can do what whoever opens them can.",
)
def enable(name: str, yes: bool, pages: Pages | None) -> None:
    """Show what a plugin asks for, and turn it on once that is approved."""
    from .running import assembled

    found, settings = loaded()
    found.named(name)
    asked = enabling.examine(settings, name)
    click.echo("\n".join(asked.lines))
    if asked.unapproved and not yes:
        click.confirm(f"Approve this and turn {name} on?", abort=True)
    switches.enable(settings.data, found, name, approved=asked.unapproved, by=_person(), pages=pages)
    plugin = assembled().registry.named(name)
    if plugin.state == "broken":
        click.echo(f"{name} is on, but cannot be used: {plugin.reason}.", err=True)
        raise click.exceptions.Exit(1)
    if plugin.state in registry.OFF:
        reason = plugin.reason or "the setting core.disabled lists it or its family. Remove it there"
        click.echo(f"{name} stays off: {reason}.", err=True)
        raise click.exceptions.Exit(1)
    for each, asks in asked.unapproved.items():
        click.echo(f"Approved: {each}@{digest(asks)}")
    click.echo(f"{name} will be on after `up`, `serve` and `worker` are restarted.")


def _person() -> str:
    """Who types, also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())


@plugins.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def disable(name: str, yes: bool) -> None:
    """Say what is still open in a plugin, and turn it off. Its data stays."""
    found, settings = loaded()
    switches.refuse_needed(found, name)
    if found.named(name).state == "enabled" and (still_open := asyncio.run(_open_work(name))):
        click.echo("\n".join([f"Still open in {name}:", *(f"  {each}" for each in still_open)]))
        if not yes:
            click.confirm("Turn it off all the same?", abort=True)
    switches.disable(settings.data, found, name)
    click.echo(f"{name} will be off after `up`, `serve` and `worker` are restarted. Its data stays.")


@plugins.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(name: str, yes: bool) -> None:
    """Remove everything that a plugin which is off or uninstalled has left: its tables, its jobs, its switch."""
    from ..db import known
    from ..plugins import leftovers
    from .running import with_app

    async def tables(app: App) -> dict[str, int]:
        return await app.database.read(lambda connection: known.rows_left(connection, name))

    async def remove(app: App) -> int:
        await asyncio.to_thread(known.purge, app.database, app.registry, name)
        return await app.database.transact(lambda connection: leftovers.forget_jobs(connection, app.registry, name))

    found = with_app(tables)
    if sum(found.values()) and not yes:
        click.confirm(f"{name} holds {sum(found.values())} rows; they will be gone for good. Remove them?", abort=True)
    jobs = with_app(remove)
    registry, settings = loaded()
    if name not in registry.families:
        switches.forget(settings.data, name)
    click.echo(f"Removed {len(found) - 1} tables and {jobs} jobs of {name}.")


async def _open_work(name: str) -> list[str]:
    """A sentence each; nothing is open where there is no database yet."""
    from ..context import Context
    from ..db.engine import Database
    from ..doctor import connected
    from .running import assembled

    app = assembled()
    async with connected(app):
        has_database = isinstance(app.database, Database)
        if not has_database:
            return []
        answers = await Context(app, writable=False).ask("open_work", plugin=name)
    said = [sentence for answer in answers if answer.error is None for sentence in answer.value]
    failed = [f"{each.plugin} could not find out what is open: {each.error}" for each in answers if each.error]
    return said + failed
