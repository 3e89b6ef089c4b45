"""`maxbooster plugins`: what is installed, and what is turned on."""

from __future__ import annotations

import asyncio

import click

from ..app import App
from ..plugins import registry, switches
from ..plugins.manifest import Manifest
from ..settings import Settings, read
from .printing import AS_JSON, print_rows


@click.group()
def plugins() -> None:
    """List plugins, turn them on and off."""


def _loaded() -> tuple[registry.Registry, Settings]:
    settings = read().decode("core", Settings)
    off = switches.disabled(settings.data) | set(settings.disabled)
    return registry.load(off, examples=settings.examples), settings


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
def enable(name: str) -> None:
    """Turn a plugin on, and show what it may do."""
    found, settings = _loaded()
    switches.enable(settings.data, found, name)
    again, _ = _loaded()
    plugin = again.named(name)
    if plugin.manifest is not None:
        _show_needs(plugin.manifest)
    if plugin.state == "disabled":
        reason = plugin.reason or "the setting core.disabled lists it or its family. Remove it there"
        click.echo(f"{name} stays off: {reason}.", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{name} will be on after `up`, `serve` and `worker` are restarted.")


@plugins.command()
@click.argument("name")
def disable(name: str) -> None:
    """Turn a plugin off. Its data stays."""
    found, settings = _loaded()
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
        return await app.database.read(lambda connection: known.tables_of(connection, name))

    async def remove(app: App) -> int:
        await asyncio.to_thread(known.purge, app.database, app.registry, name)
        return await app.database.transact(lambda connection: leftovers.forget_jobs(connection, app.registry, name))

    found = with_app(tables)
    if sum(found.values()) and not yes:
        click.confirm(f"{name} holds {sum(found.values())} rows; they will be gone for good. Remove them?", abort=True)
    jobs = with_app(remove)
    registry, settings = _loaded()
    if name not in registry.families:
        switches.forget(settings.data, name)
    click.echo(f"Removed {len(found)} tables and {jobs} jobs of {name}.")


def _show_needs(manifest: Manifest) -> None:
    for title, needs in (
        ("talks to", manifest.hosts),
        ("requires", manifest.requires),
        ("adds the permissions", [permission.name for permission in manifest.permissions]),
    ):
        if needs:
            click.echo(f"{manifest.title} {title}: {', '.join(needs)}")
