"""The rules of statements: which are imported, which are the same, and what undoing one means."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid

from ..events import StatementUndone
from . import queries
from .amounts import PER_MINOR
from .currencies import active
from .faults import StatementFault
from .layouts import FIELDS, layout
from .lines import read
from .models import IMPORTED, IMPORTING, STOPPED, UNDONE, Statement
from .reading import Conversion, Dates, Decimals, Form
from .schemas import ConversionIn, StatementIn, StatementTaken, UndoIn
from .undoing import Undoing, undo

READ_AT_ONCE = 4 * 1024**2
"""Bytes of a file that is read while the request waits."""


async def take_statement(ctx: Context, wanted: StatementIn) -> StatementTaken:
    """Queue an import. The same file in the same layout is imported once; one that failed is tried again.

    Raises:
        NotFound: no such file in this account.
        Invalid: no such layout or currency.
        Conflict: the file is not ready, or was imported with other options.
        Repeated: another file with the same content was imported before.
    """
    from .jobs import read_statement

    check_options(ctx, wanted)
    file = await ctx.files.get(wanted.file_id)
    if file.state != "ready" or file.sha256 is None:
        raise Conflict(f"The file {file.name} is {file.state}, not ready; upload it first.", field="file_id")
    row = await queries.statement_of(ctx, file.sha256, wanted.layout)
    if row is not None and row.state == IMPORTED:
        _refuse_other_options(row, wanted)
        return StatementTaken(row.id, None)
    if row is not None and (await progress_of(ctx, [row]))[row.id][0] == IMPORTING:
        return StatementTaken(row.id, row.job_id)
    if file.size <= READ_AT_ONCE:
        await _refuse_what_is_seen(ctx, wanted)
    if row is None:
        row = Statement(sha256=file.sha256, layout=wanted.layout, received_at=ctx.now)
        ctx.add(row)
        ctx.audit("statement.taken", row, after={"file": file.name, "layout": wanted.layout})
    if wanted.repeats is not None:
        ctx.audit("statement.repeated", row, after={"repeats": wanted.repeats})
    _set_options(row, wanted)
    row.file_id, row.file_name = file.id, file.name[:255]
    row.state, row.reason = IMPORTING, None
    row.job_id = ctx.enqueue(read_statement, row.id, key=str(ctx.account))
    return StatementTaken(row.id, row.job_id)


def _set_options(row: Statement, wanted: StatementIn) -> None:
    row.source, row.currency = wanted.source or wanted.layout, wanted.currency
    row.decimals, row.dates, row.columns = wanted.decimals, wanted.dates, wanted.columns
    row.repeats = wanted.repeats
    row.rate = row.original_currency = row.original_total = None
    if wanted.convert is not None:
        row.currency, row.rate = wanted.convert.currency, wanted.convert.rate
        row.original_currency = wanted.currency


def _refuse_other_options(row: Statement, wanted: StatementIn) -> None:
    """Answering with what was imported differently would look like the import that was asked for."""
    into = wanted.convert.currency if wanted.convert else wanted.currency
    asked = {
        "currency": into and (into, row.currency),
        "rate": (wanted.convert and wanted.convert.rate, row.rate),
        "decimals": wanted.decimals != "auto" and (wanted.decimals, row.decimals),
        "dates": wanted.dates != "auto" and (wanted.dates, row.dates),
        "source": wanted.source and (wanted.source, row.source),
        "columns": bool(wanted.columns) and (wanted.columns, row.columns),
    }
    for option, pair in asked.items():
        if pair and pair[0] != pair[1]:
            raise Conflict(
                f"This file was imported with the {option} {pair[1] or 'of the file'}, not {pair[0] or 'none'}."
                " Undo that statement first, then import the file again.",
                field=option, statement=str(row.id),
            )  # fmt: skip


def check_options(ctx: Context, wanted: StatementIn) -> None:
    """
    Raises:
        Invalid: no such layout, currency or field.
    """
    if wanted.convert is not None and not Fraction(wanted.convert.rate):
        raise Invalid("A rate of 0 would make nothing of it.", field="rate")
    for code in (wanted.currency, wanted.convert and wanted.convert.currency):
        try:
            active(code or "EUR")
        except ValueError as error:
            raise Invalid(str(error), field="currency") from error
    if unknown := set(wanted.columns) - set(FIELDS):
        raise Invalid(f"There is no field {min(unknown)!r}; there are {', '.join(FIELDS)}.", field="columns")
    layout(wanted.layout, own_layouts(ctx))


async def _refuse_what_is_seen(ctx: Context, wanted: StatementIn) -> None:
    """A short file is read right away, so that a repeated statement is told at once; faults are left to the import."""
    file = await ctx.files.get(wanted.file_id)
    with tempfile.TemporaryDirectory(prefix="maxbooster-") as folder:
        async with ctx.files.local(file) as path:
            try:
                out = Path(folder) / "lines.csv"
                found = await asyncio.to_thread(read, path, out, form_of(ctx, file.name, wanted))
            except StatementFault:
                return
    await refuse_repeated(ctx, wanted.repeats, found.content)


class Repeated(Conflict):
    """A statement with the same content was imported before."""

    type = "statement-repeated"
    title = "This statement was imported before"


async def refuse_repeated(
    ctx: Context, repeats: UUID | None, content: bytes, *, other_than: UUID | None = None
) -> None:
    """
    Raises:
        Repeated: it was imported before, and is not imported beside that one on purpose.
    """
    earlier = await queries.imported_before(ctx, content, other_than)
    if earlier is None or earlier.id == repeats:
        return
    day = f"{earlier.imported_at:%Y-%m-%d}" if earlier.imported_at else ""
    raise Repeated(
        f"Its lines are those of “{earlier.file_name}”, imported on {day}: it is the same statement, saved again."
        " Nothing was imported. If both are right, import it with `repeats` set to that statement.",
        field="repeats", statement=str(earlier.id),
    )  # fmt: skip


async def undo_statement(ctx: Context, id: UUID, wanted: UndoIn) -> None:
    """Take back all that a statement posted, and what was assigned of it. Then its file can be imported again.

    Raises:
        NotFound: no such statement in this account.
        Conflict: it was not imported.
        PaidAlready: payees have been paid of it, and `overpaid` was not said.
    """
    row = await ctx.get(Statement, id)
    if row.state == UNDONE:
        return
    if row.state != IMPORTED or row.currency is None:
        raise Conflict("Nothing of this statement was posted, so there is nothing to undo.", field="id")
    payees: dict[str, int] = {}
    for each in await queries.allocations(ctx, id):
        payees[str(each.payee_id)] = payees.get(str(each.payee_id), 0) + each.amount
    assigned = await queries.assigned_parts(ctx, id)
    row.state, row.undone_at, row.undone_why = UNDONE, ctx.now, wanted.reason
    ctx.emit(StatementUndone(row.id, row.source, row.currency, row.amount // PER_MINOR))
    facts = {"reason": wanted.reason, "overpaid": wanted.overpaid, "assignments": len(assigned)}
    ctx.audit("statement.undone", row, after=facts)
    undoing = Undoing(
        name=f"statement:{id}",
        vouchers=[f"statement:{id}:", *(f"assignment:{part}:" for part in assigned)],
        part=id,
        source=row.source,
        currency=row.currency,
        amount=row.amount,
        unallocated=row.unallocated,
        payees=payees,
        memo=f"Undone: royalty statement from {row.source}",
        overpaid=wanted.overpaid,
    )
    await ctx.write(undo, ctx.account, undoing, ctx.now)


def options_of(row: Statement) -> StatementIn:
    """What an import was asked for."""
    converted = row.rate is not None and row.currency is not None
    return StatementIn(
        file_id=row.file_id,
        layout=row.layout,
        source=row.source,
        currency=row.original_currency if converted else row.currency,
        decimals=cast(Decimals, row.decimals),
        dates=cast(Dates, row.dates),
        columns=row.columns,
        convert=ConversionIn(row.currency or "", row.rate or "") if converted else None,
        repeats=row.repeats,
    )


def form_of(ctx: Context, name: str, wanted: StatementIn) -> Form:
    """How a file is to be read."""
    conversion = None
    if wanted.convert is not None:
        rate = Fraction(wanted.convert.rate)
        conversion = Conversion(wanted.convert.currency, rate.numerator, rate.denominator)
    found = layout(wanted.layout, own_layouts(ctx))
    return Form(name, found, wanted.currency, wanted.decimals, conversion, wanted.dates, wanted.columns)


async def progress_of(ctx: Context, rows: Sequence[Statement]) -> dict[UUID, tuple[str, str | None]]:
    """Statement → its state, and why: one whose import was cancelled or gave up is not importing any more."""
    under_way = [row.job_id for row in rows if row.state == IMPORTING]
    jobs = await ctx.jobs(under_way) if under_way else {}
    return {
        row.id: _stopped(jobs.get(row.job_id)) if row.state == IMPORTING else (row.state, row.reason) for row in rows
    }


def _stopped(job: Any) -> tuple[str, str | None]:
    if job is None or job.state == "cancelled":
        return STOPPED, "The import was cancelled; nothing of it was posted. Import the file again."
    if job.state == "dead":
        return STOPPED, f"The import gave up; nothing of it was posted. Import the file again. {job.note or ''}".strip()
    return IMPORTING, None


def own_layouts(ctx: Context) -> Path:
    """Where an operator's own layouts lie."""
    return ctx.app.settings.data / "royalty-layouts"
