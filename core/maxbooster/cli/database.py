"""`maxbooster db`: migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError

from ..app import App
from ..db import migrate
from ..db.engine import Database
from ..errors import NotReady
from .printing import AS_JSON, print_rows
from .running import assembled


@click.group()
def db() -> None:
    """Upgrade, inspect or downgrade the database."""


@db.command()
@AS_JSON
def upgrade(as_json: bool) -> None:
    """Migrate every enabled plugin's tables to their newest version."""
    with _database() as (app, database):
        changed = migrate.upgrade_enabled(database, app.registry)
        broken = [each for each in app.registry.plugins.values() if each.state == "broken"]
    for plugin in broken:
        click.echo(f"{plugin.name}: {plugin.reason}", err=True)
    lines = [f"{state.namespace}: {state.current or 'nothing'} → {state.newest}" for state in changed]
    print_rows(changed, lines, as_json=as_json, empty="" if broken else "Everything is up to date.")
    if broken:
        raise click.exceptions.Exit(1)


@db.command()
@AS_JSON
def status(as_json: bool) -> None:
    """Show the version of every plugin's tables. Exit status 1 if migrations are pending."""
    with _database() as (app, database):
        states = migrate.status(database, migrate.namespaces(app.registry))
    lines = [
        f"{state.namespace:16} {state.current or '-'}" + (f"  → {state.newest} pending" if state.pending else "")
        for state in states
    ]
    print_rows(states, lines, as_json=as_json, empty="No enabled plugin has tables.")
    if any(state.pending for state in states):
        raise click.exceptions.Exit(1)


@db.command()
@click.argument("plugin")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def downgrade(plugin: str, revision: str, yes: bool) -> None:
    """Migrate PLUGIN's tables back to REVISION. `base` removes them with all their rows."""
    with _database() as (app, database):
        namespace = migrate.named(migrate.namespaces(app.registry), plugin)
        rows = migrate.rows_of(database, namespace)
        if rows and not yes:
            click.confirm(f"{plugin} holds {rows} rows; going back to {revision} may lose them. Continue?", abort=True)
        migrate.downgrade(database, namespace, revision)
        click.echo(f"{plugin} is at {revision}.")


@db.command()
@click.argument("plugin")
@click.argument("message")
def revision(plugin: str, message: str) -> None:
    """Write PLUGIN's next migration from its mapped classes (for plugin authors)."""
    with _database() as (app, database):
        namespace = migrate.named(migrate.namespaces(app.registry), plugin)
        click.echo(f"Wrote {migrate.new_revision(database, namespace, message)}; read it before you keep it.")


@contextmanager
def _database() -> Iterator[tuple[App, Database]]:
    app = assembled()
    database = Database(app.settings.database_url, threads=1)
    try:
        yield app, database
    except OperationalError as error:
        raise NotReady(f"The database {database.url.render_as_string()} cannot be used: {error.orig}") from error
    finally:
        database.writer.close()
