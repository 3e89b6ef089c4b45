"""`maxbooster setlist`: for the operator's terminal."""

from __future__ import annotations

from uuid import UUID

import click

from maxbooster.plugin import in_account

from . import queries


@click.group()
def setlist() -> None:
    """Print set lists."""


@setlist.command("list")
@click.argument("account", type=click.UUID)
def list_setlists(account: UUID) -> None:
    """The set lists of ACCOUNT, the next concert first."""
    for row in in_account(account, queries.overview):
        click.echo(f"{row.played_on}  {row.title}  {row.venue}  {row.songs} songs")
