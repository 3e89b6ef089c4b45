"""`maxbooster setlist`: for the operator's terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click

from maxbooster.cli.running import with_app
from maxbooster.identity import Identity

from . import queries


@click.group()
def setlist() -> None:
    """Print set lists."""


@setlist.command("list")
@click.argument("account", type=click.UUID)
def list_setlists(account: UUID) -> None:
    """The set lists of ACCOUNT, the next concert first."""

    async def listed(app: Any) -> Sequence[Any]:
        async with app.unit(Identity(account, None, frozenset()), writable=False) as ctx:
            return await queries.overview(ctx)

    for row in with_app(listed):
        click.echo(f"{row.played_on}  {row.title}  {row.venue}  {row.songs} songs")
