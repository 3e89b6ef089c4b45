"""A payee's statement: every line in which they have a share, and how it comes to what was credited."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from uuid import UUID

from maxbooster.plugin import Context, NotFound
from maxbooster_billing.plugin import digits

from . import queries
from .amounts import PER_MINOR, divided, written
from .division import Shares
from .lines import Line, written_lines
from .models import Allocation, Statement, Waiting
from .preview import line_out, named
from .schemas import LinesOut, PreviewLine
from .shares import shares_of

COLUMNS = (
    "line", "period", "isrc", "upc", "title", "artist", "store", "territory", "quantity",
    "currency", "amount", "parts", "whole", "share",
)  # fmt: skip
_AT_ONCE = 5_000


async def payee_statement(ctx: Context, statement_id: UUID, payee_id: UUID) -> AsyncIterator[bytes]:
    """As CSV. The shares of the lines and what was brought forward add up to what is credited and carried on; so do
    those of what was assigned later, each by itself.

    Raises:
        NotFound: no such statement in this account, or the payee has no share in it.
    """
    statement = await ctx.get(Statement, statement_id)
    allocations = await queries.allocations_to(ctx, statement_id, payee_id)
    if not allocations or statement.lines_file_id is None:
        raise NotFound(f"The payee {payee_id} has no share in this statement.")
    file = await ctx.files.get(statement.lines_file_id)
    payee = str(payee_id)
    splits = {str(row.id): shares_of(row) for row in await queries.splits(ctx)}
    own = {id: shares for id, shares in splits.items() if payee in shares.payees}
    later = await queries.parts_assigned(ctx, (each.part_id for each in allocations))
    currency = allocations[0].currency

    async def text() -> AsyncIterator[bytes]:
        yield _text([COLUMNS])
        async with ctx.files.local(file) as path:
            portions = _portions(written_lines(path), own, payee, currency)
            while (portion := await asyncio.to_thread(next, portions, None)) is not None:
                yield portion
        for each in allocations:
            if each.part_id in later:
                yield _text([_assigned(later[each.part_id], own, payee, currency)])
            yield _text(_sums(each))

    return text()


async def page(ctx: Context, statement_id: UUID, payee_id: UUID | None, after: int, limit: int) -> LinesOut:
    """Lines of a statement after a line of that number; of a payee: those in which they have a share, with it, and at
    the end what was assigned later.

    Raises:
        NotFound: no such statement in this account, or it has no lines.
    """
    statement = await ctx.get(Statement, statement_id)
    if statement.lines_file_id is None:
        raise NotFound("Nothing of this statement was imported, so it has no lines.")
    file, currency, payee = await ctx.files.get(statement.lines_file_id), statement.currency or "", str(payee_id)
    splits = {str(row.id): shares_of(row) for row in await queries.splits(ctx)} if payee_id else {}
    own = {id: shares for id, shares in splits.items() if payee in shares.payees}

    def found(path: Path) -> list[PreviewLine]:
        lines = (line for line in written_lines(path) if line.number > after and (not payee_id or line.split in own))
        return [
            line_out(line, currency, _share(line, own[line.split], payee) if payee_id else None)
            for line in islice(lines, limit + 1)
        ]

    async with ctx.files.local(file) as path:
        lines = await asyncio.to_thread(found, path)
    if len(lines) > limit:
        return LinesOut(await named(ctx, lines[:limit]), lines[limit - 1].number)
    return LinesOut(await named(ctx, lines + (await _later(ctx, statement, payee_id, own) if payee_id else [])), None)


async def _later(ctx: Context, statement: Statement, payee: UUID, own: dict[str, Shares]) -> list[PreviewLine]:
    allocations = await queries.allocations_to(ctx, statement.id, payee)
    parts = await queries.parts_assigned(ctx, (each.part_id for each in allocations))
    lines = [(_line_of(part), own[str(part.split_id)]) for part in parts.values()]
    return [line_out(line, statement.currency or "", _share(line, shares, str(payee))) for line, shares in lines]


def _share(line: Line, shares: Shares, payee: str) -> int:
    return divided(line.units, shares.parts, shares.whole)[shares.payees.index(payee)]


def _portions(lines: Iterable[Line], own: dict[str, Shares], payee: str, currency: str) -> Iterator[bytes]:
    remaining = iter(lines)
    while some := list(islice(remaining, _AT_ONCE)):
        yield _text(_row(line, own[line.split], payee, currency) for line in some if line.split in own)


def _row(line: Line, shares: Shares, payee: str, currency: str) -> tuple[object, ...]:
    place, decimals = shares.payees.index(payee), digits(currency)
    share = divided(line.units, shares.parts, shares.whole)[place]
    words = (_harmless(each) for each in line[2:8])
    amounts = (written(line.units, decimals), shares.parts[place], shares.whole, written(share, decimals))
    return (line.number, line.month, *words, line.quantity, currency, *amounts)


def _assigned(part: Waiting, own: dict[str, Shares], payee: str, currency: str) -> tuple[object, ...]:
    """Lines with the same codes, in one: they have no number."""
    return ("assigned", *_row(_line_of(part), own[str(part.split_id)], payee, currency)[1:])


def _line_of(part: Waiting) -> Line:
    words = (part.isrc, part.upc, part.title, part.artist, "", "")
    return Line(0, part.month or f"{part.assigned_at:%Y-%m}", *words, part.lines, part.units)


def _sums(row: Allocation) -> Iterator[tuple[object, ...]]:
    sums = {
        "Shares of the lines": row.amount,
        "Brought forward": row.carried_in,
        "Credited": row.credited * PER_MINOR,
        "Carried on": row.carried_out,
    }
    for title, units in sums.items():
        yield ("", "", "", "", title, "", "", "", "", row.currency, "", "", "", written(units, digits(row.currency)))


def _harmless(text: str) -> str:
    """Text that a spreadsheet would take for a formula is quoted."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _text(rows: Iterable[Iterable[object]]) -> bytes:
    file = StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode()
