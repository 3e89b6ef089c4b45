"""Importing a statement: read, match, divide, post, in one unit; nothing of a statement with a fault is kept."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid, NotFound, TooLarge, job, notify
from maxbooster_billing.plugin import digits
from maxbooster_billing.plugin import written as in_currency

from ..deliveries.models import cut
from ..events import StatementImported
from ..file_purposes import LINES
from . import division as dividing
from . import lines, sources
from .amounts import PER_MINOR, written
from .division import Division
from .matching import matching_of
from .models import FAILED, IMPORTED, IMPORTING, Statement
from .options import form_of, options_of
from .posting import Divided, post_statement
from .repeated import refuse_repeated
from .sales import jobs as sales_jobs
from .sales import publish_sales


@job("royalties.import", queue="long", timeout_s=3600.0)
async def read_statement(ctx: Context, statement_id: UUID) -> None:
    """Import a statement, or keep in words why it cannot be."""
    row = await ctx.get(Statement, statement_id)
    if row.state != IMPORTING:
        return
    try:
        with tempfile.TemporaryDirectory(prefix="maxbooster-") as folder:
            division = await _import(ctx, row, Path(folder))
    except (Conflict, Invalid, NotFound, TooLarge) as problem:
        row.state, row.reason = FAILED, cut(problem.detail, 1000)
        await _tell(ctx, row)
        return
    assert row.currency is not None
    row.state, row.imported_at = IMPORTED, ctx.now
    ctx.emit(StatementImported(row.id, row.source, row.currency, row.amount // PER_MINOR, row.lines))
    ctx.enqueue(publish_sales, row.id, key=str(ctx.account))
    ctx.audit("statement.imported", row, after={"lines": row.lines, "unmatched": row.unmatched})
    await _tell(ctx, row)
    waiting = list(division.waiting.values())
    name = (await sources.names(ctx))(row.source)
    divided = Divided(row.id, row.source, name, row.currency, row.amount, row.unallocated, division.payees, waiting)
    await ctx.write(post_statement, ctx.account, divided, ctx.now)


async def _tell(ctx: Context, row: Statement) -> None:
    facts = {"source": (await sources.names(ctx))(row.source), "file": row.file_name, "lines": row.lines}
    path = f"/royalties/statements/{row.id}"
    if row.state == FAILED:
        await notify(
            ctx, "statement.failed", "“{file}” could not be imported", text=row.reason or "", path=path,
            tone="danger", facts=facts, permission="royalty.write",
        )  # fmt: skip
        return
    total = f"{in_currency(row.amount // PER_MINOR, row.currency or '')} {row.currency}"
    open_lines = row.unmatched + row.unsplit
    text = f"Lines that have no payee yet: {open_lines}." if open_lines else ""
    await notify(
        ctx, "statement.imported", "Statement from {source}: {total}", text=text, path=path,
        tone="good", facts=facts | {"total": total}, permission="royalty.read",
    )  # fmt: skip


async def _import(ctx: Context, row: Statement, folder: Path) -> Division:
    """Everything but the posting."""
    plain, packed = folder / "lines.csv", folder / "lines.csv.gz"
    form = form_of(ctx, row.file_name, options_of(row))
    await ctx.progress(0.05, "Reading the lines")
    async with ctx.files.local(await ctx.files.get(row.file_id)) as path:
        read = await asyncio.to_thread(lines.read, path, plain, form)
    await refuse_repeated(ctx, row.repeats, read.content, other_than=row.id)
    await ctx.progress(0.5, f"{read.lines} lines read")
    matching = await matching_of(ctx, read.isrcs, read.upcs)
    division = await asyncio.to_thread(dividing.divide, plain, packed, matching)
    await ctx.progress(0.9, f"{division.matched} of {read.lines} lines belong to tracks")
    row.lines_file_id = (await ctx.files.put(f"statement-{row.id}.csv.gz", packed, purpose=LINES)).id
    row.currency, row.lines, row.amount, row.rounded = read.currency, read.lines, read.units, read.rounded
    row.content, row.notes = read.content, read.notes
    row.first_month, row.last_month = read.first_month, read.last_month
    if form.conversion is not None:
        row.original_currency, row.original_total = read.spoken, written(read.original, digits(read.currency))
    row.matched, row.unmatched, row.unsplit = division.matched, division.unmatched, division.unsplit
    row.unallocated = division.unallocated
    row.months = {month: str(units) for month, units in sorted(division.months.items())}
    return division


jobs = [read_statement, *sales_jobs]
