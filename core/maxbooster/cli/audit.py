"""`maxbooster audit`: is the trail whole?"""

from __future__ import annotations

import click
from sqlalchemy import Connection

from ..app import App
from ..audit import trail
from .running import with_app


@click.group()
def audit() -> None:
    """Verify the audit trail."""


@audit.command()
def verify() -> None:
    """Recompute every account's chain; exit status 1 and a sentence for each fault."""

    async def verified(app: App) -> list[str]:
        def check(connection: Connection) -> list[str]:
            return [
                f"account {account}: {fault}"
                for account in trail.accounts(connection)
                for fault in trail.verify(connection, account)
            ]

        return await app.database.read(check)

    faults = with_app(verified)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo("Every chain is whole.")
