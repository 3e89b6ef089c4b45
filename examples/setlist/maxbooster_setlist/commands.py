"""`maxbooster setlist`: for the operator's terminal."""

from __future__ import annotations

from uuid import UUID

import click
import msgspec

from maxbooster.plugin import every_page, in_account

from . import queries


@click.group()
def setlist() -> None:
    """Print set lists."""


@setlist.command("list")
@click.argument("account", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_setlists(account: UUID, as_json: bool) -> None:
    """List the set lists of ACCOUNT, the next concert first."""
    rows = in_account(account, every_page, queries.overview)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode([dict(row._mapping) for row in rows])).decode())
        return
    for row in rows:
        click.echo(f"{row.played_on}  {row.title}  {row.venue}  {row.songs} songs")
    if not rows:
        click.echo(f"The account {account} has no set lists.")
