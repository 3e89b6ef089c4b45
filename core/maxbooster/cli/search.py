"""`maxbooster search`: whether everything is found, and building the index again."""

from __future__ import annotations

import click
from msgspec import Struct
from sqlalchemy import Connection, func, select

from ..app import App
from ..errors import suggestion
from ..search.building import build, unbuilt
from ..search.comparing import Comparison, compare_index
from ..search.models import SearchEntry
from .printing import AS_JSON, print_rows
from .running import assembled, with_app


def _known(context: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """All of them if none is named."""
    known = assembled().search.searchables
    for name in names:
        if name not in known:
            hint = suggestion(name, list(known))
            raise click.BadParameter(f"no enabled plugin has a searchable {name!r}.{hint}", context, parameter)
    return names or tuple(known)


ONLY = click.argument("names", nargs=-1, metavar="[NAME]...", callback=_known)


class Standing(Struct):
    name: str
    entries: int
    built: bool


@click.group()
def search() -> None:
    """See, build and check the search index."""


@search.command("list")
@AS_JSON
def list_searchables(as_json: bool) -> None:
    """List what can be searched, how many entries there are, and whether they are complete."""

    def count(connection: Connection) -> dict[str, int]:
        statement = select(SearchEntry.searchable, func.count()).group_by(SearchEntry.searchable)
        return dict(connection.execute(statement).all())

    async def standings(app: App) -> list[Standing]:
        waiting = await unbuilt(app)
        entries = await app.database.read(count)
        return [Standing(name, entries.get(name, 0), of not in waiting) for name, of in app.search.searchables.items()]

    rows = with_app(standings)
    lines = [f"{row.name:28} {row.entries:>10}  {'complete' if row.built else 'being built'}" for row in rows]
    print_rows(rows, lines, as_json=as_json, empty="No enabled plugin has anything to search.")


@search.command()
@ONLY
def rebuild(names: tuple[str, ...]) -> None:
    """Build the index again, of all searchables or of those NAMEd. The platform may run meanwhile."""

    async def rebuilt(app: App) -> None:
        for searchable in (app.search.searchables[name] for name in names):
            accounts = 0
            async for _, done, of in build(app, searchable):
                accounts = of
                if done % 100 == 0:
                    click.echo(f"{searchable.name}: {done} of {of} accounts")
            click.echo(f"{searchable.name}: complete, {accounts} accounts")

    with_app(rebuilt)


@search.command()
@ONLY
def check(names: tuple[str, ...]) -> None:
    """Compare the index with every row. Exit status 1 if they differ."""

    async def compared(app: App) -> Comparison:
        return await compare_index(app, [app.search.searchables[name] for name in names])

    found = with_app(compared)
    for each in found.wrong:
        click.echo(f"{each.searchable} {each.id} of account {each.account} is not what the row says")
    for name in found.unbuilt:
        click.echo(f"{name} is still being indexed, and was not compared.")
    if found.wrong:
        click.echo(f"{len(found.wrong)} entries differ: run `maxbooster search rebuild`.", err=True)
        raise click.exceptions.Exit(1)
    click.echo("The index says what the rows say.")
