"""`maxbooster distribution royalties`: statements of one account, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec

from maxbooster.plugin import ACCOUNT, AS_JSON, Context, every_page, in_account, print_json, print_rows

from ..file_purposes import STATEMENT

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def royalties() -> None:
    """List, import and undo royalty statements, and see what waits in suspense."""


@royalties.command("list")
@ACCOUNT
@AS_JSON
def list_statements(account: UUID, as_json: bool) -> None:
    """List statements, the newest first."""
    rows = in_account(account, _statements)
    print_rows(rows, [_line_of_statement(row) for row in rows], as_json=as_json, empty="There are no statements yet.")


@royalties.command("import")
@click.argument("file", type=_FILE)
@ACCOUNT
@click.option("--source", help="Who pays: `spotify`.  [default: the layout's name]")
@click.option("--layout", default="standard", show_default=True)
@click.option("--currency", help="For files that don't name it: `EUR`.")
@click.option("--decimals", type=click.Choice(["auto", "point", "comma"]), default="auto", show_default=True)
@click.option("--dates", type=click.Choice(["auto", "day-first", "month-first"]), default="auto", show_default=True)
@click.option("--column", "columns", multiple=True, help="Which column is a field: `amount=Net Revenue`.")
@click.option("--sheet", help="Of a workbook, where more than one can be the statement.")
@click.option("--repeats", type=click.UUID, help="Import it beside this earlier statement with the same content.")
@AS_JSON
def import_statement(file: Path, account: UUID, as_json: bool, **options: Any) -> None:
    """Queue the import of FILE; the running server carries it out."""
    wanted = _options(options)
    taken = in_account(account, _taken, in_account(account, _stored, file), wanted)
    if as_json:
        print_json(taken)
    elif taken.job is None:
        click.echo(f"Statement {taken.id} was imported from this file before.")
    else:
        click.echo(f"Statement {taken.id} is being imported; `royalties list` says when it is done.")


@royalties.command("undo")
@click.argument("statement", type=click.UUID)
@ACCOUNT
@click.option("--reason", required=True, help="Why; it goes on record.")
@click.option("--overpaid", is_flag=True, help="Payees who were paid already owe it back.")
@AS_JSON
def undo_statement(statement: UUID, account: UUID, reason: str, overpaid: bool, as_json: bool) -> None:
    """Take back everything that STATEMENT posted."""
    in_account(account, _undo, statement, reason, overpaid)
    if as_json:
        print_json({"id": statement, "state": "undone"})
    else:
        click.echo(f"Statement {statement} is undone; its file can be imported again.")


@royalties.command("suspense")
@ACCOUNT
@AS_JSON
def list_suspense(account: UUID, as_json: bool) -> None:
    """List what waits for a payee, with what it may belong to."""
    queue = in_account(account, _suspense)
    lines = [_line_of_group(row) for row in queue.groups]
    listed = sum(len(row.items) for row in queue.groups)
    if listed < queue.waiting:
        lines.append(f"{listed:,} of {queue.waiting:,} items are listed; the rest follows as these are assigned.")
    print_rows(queue, lines, as_json=as_json, empty="Nothing waits in suspense.")


def _line_of_statement(row: Any) -> str:
    months = f"{row.first_month or '-'} to {row.last_month or '-'}"
    open_lines = row.unmatched + row.unsplit
    suspense = f", {open_lines} lines in suspense" if open_lines and row.state == "imported" else ""
    return f"{row.id}  {row.state:9} {row.source:16} {months}  {row.total} {row.currency or ''}{suspense}"


def _line_of_group(group: Any) -> str:
    first = group.items[0]
    name = f"{first.title or '-'} by {first.artist or '-'} ({first.isrc or first.upc or 'no code'})"
    near = f"  {group.suggestions[0].title}: {group.suggestions[0].reason}" if group.suggestions else ""
    return f"{first.id}  {group.lines} lines  {first.amount} {first.currency}  {name}{near}"


def _options(given: dict[str, Any]) -> dict[str, Any]:
    columns = {}
    for each in given.pop("columns"):
        field, mark, header = each.partition("=")
        if not mark:
            raise click.BadParameter(f"{each!r}: write FIELD=HEADER.", param_hint="--column")
        columns[field] = header
    return {name: value for name, value in given.items() if value is not None} | {"columns": columns}


async def _statements(ctx: Context) -> list[Any]:
    from . import queries, service, sources
    from .schemas import StatementOut

    rows = await every_page(ctx, queries.statements)
    progress = await service.progress_of(ctx, rows)
    name = await sources.names(ctx)
    return [StatementOut.of(row, name(row.source), *progress[row.id]) for row in rows]


async def _stored(ctx: Context, file: Path) -> UUID:
    return (await ctx.files.put(file.name, file, purpose=STATEMENT)).id


async def _taken(ctx: Context, file: UUID, options: dict[str, Any]) -> Any:
    from . import service
    from .schemas import StatementIn

    wanted = msgspec.convert({"file_id": str(file), **options}, StatementIn, strict=False)
    return await service.take_statement(ctx, wanted)


async def _undo(ctx: Context, statement: UUID, reason: str, overpaid: bool) -> None:
    from . import service
    from .schemas import UndoIn

    await service.undo_statement(ctx, statement, UndoIn(reason, overpaid))


async def _suspense(ctx: Context) -> Any:
    from . import suspense

    return await suspense.listed(ctx, 500)
