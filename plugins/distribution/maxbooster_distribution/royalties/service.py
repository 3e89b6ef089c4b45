"""The rules of statements: which are imported, which are the same, and what undoing one means."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Work, WorkStatus, withdraw_facts, work_statuses

from ..events import StatementUndone
from ..file_purposes import STATEMENT
from . import queries, sources
from .amounts import PER_MINOR
from .faults import StatementFault
from .jobs import read_statement
from .lines import read
from .models import IMPORTED, IMPORTING, STOPPED, UNDONE, Statement
from .options import check_options, form_of, refuse_other_files
from .repeated import refuse_repeated
from .sales import SALES
from .schemas import StatementIn, StatementTaken, UndoIn
from .undoing import Undoing, undo

READ_AT_ONCE = 4 * 1024**2
"""Bytes of a file that is read while the request waits."""
WORKBOOK_AT_ONCE = READ_AT_ONCE // 8
"""The same of a workbook, which is packed."""


async def take_statement(ctx: Context, wanted: StatementIn) -> StatementTaken:
    """Queue an import. The same file in the same layout is imported once; one that failed is tried again.

    Raises:
        NotFound: no such file in this account.
        Invalid: no such layout or currency.
        Conflict: the file is not ready, is a release's or part of something else, or was imported with other options.
        Repeated: another file with the same content was imported before.
    """
    check_options(ctx, wanted)
    await refuse_other_files(ctx, wanted.file_id)
    file = await ctx.files.get(wanted.file_id)
    if file.state != "ready" or file.sha256 is None:
        raise Conflict(f"The file {file.name} is {file.state}, not ready; upload it first.", field="file_id")
    await ctx.files.claim(file, STATEMENT)
    row = await queries.statement_of(ctx, file.sha256, wanted.layout, wanted.sheet or "")
    if row is not None and row.state == IMPORTED:
        _refuse_other_options(row, wanted)
        return StatementTaken(row.id, None)
    if row is not None and (await progress_of(ctx, [row]))[row.id][0] == IMPORTING:
        return StatementTaken(row.id, row.job_id)
    if file.size <= (WORKBOOK_AT_ONCE if file.media_type == "application/zip" else READ_AT_ONCE):
        await _refuse_what_is_seen(ctx, wanted)
    if row is None:
        row = Statement(sha256=file.sha256, layout=wanted.layout, sheet=wanted.sheet or "", received_at=ctx.now)
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
    row.sales_version = None
    await withdraw_facts(ctx, SALES, str(id))
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
        memo=f"Undone: royalty statement from {(await sources.names(ctx))(row.source)}",
        overpaid=wanted.overpaid,
    )
    await ctx.write(undo, ctx.account, undoing, ctx.now)


async def statements_with_files(ctx: Context, files: Sequence[UUID]) -> list[str]:
    """Names of statements that were read from one of these files, or whose lines it holds; one that isn't posted lets
    its own file go."""
    rows = await queries.statements_of_files(ctx, files)
    progress = await progress_of(ctx, rows)
    return [row.file_name for row in rows if row.lines_file_id in files or progress[row.id][0] in (IMPORTING, IMPORTED)]


async def progress_of(ctx: Context, rows: Sequence[Statement]) -> dict[UUID, tuple[str, str | None]]:
    """Statement → its state, and why: one whose import was canceled or gave up is not importing any more."""
    works = await work_statuses(ctx, [row for row in rows if row.state == IMPORTING], open_state=IMPORTING)
    return {row.id: _stopped(works[row.id]) if row.id in works else (row.state, row.reason) for row in rows}


def _stopped(work: WorkStatus) -> tuple[str, str | None]:
    match work.state:
        case Work.CANCELED:
            return STOPPED, "The import was canceled; nothing of it was posted. Import the file again."
        case Work.FAILED:
            why = f"The import gave up; nothing of it was posted. Import the file again. {work.reason or ''}"
            return STOPPED, why.strip()
    return IMPORTING, None
