"""Importing a statement: read, match, divide, post, in one unit; nothing of a statement with a fault is kept."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid, NotFound, TooLarge, job, notify
from maxbooster_billing.plugin import digits

from ..catalogue import queries as catalogue
from ..events import StatementImported
from . import division as dividing
from . import lines, queries
from .amounts import PER_MINOR, written
from .codes import names_product, names_recording
from .division import Division, Matching
from .models import FAILED, IMPORTED, IMPORTING, Statement
from .posting import Divided, post_statement
from .service import form_of, options_of, refuse_repeated
from .shares import common_shares, shares_of


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
        row.state, row.reason = FAILED, problem.detail[:1000]
        await _tell(ctx, row)
        return
    assert row.currency is not None
    row.state, row.imported_at = IMPORTED, ctx.now
    ctx.emit(StatementImported(row.id, row.source, row.currency, row.amount // PER_MINOR, row.lines))
    ctx.audit("statement.imported", row, after={"lines": row.lines, "unmatched": row.unmatched})
    await _tell(ctx, row)
    waiting = list(division.waiting.values())
    divided = Divided(row.id, row.source, row.currency, row.amount, row.unallocated, division.payees, waiting)
    await ctx.write(post_statement, ctx.account, divided, ctx.now)


async def _tell(ctx: Context, row: Statement) -> None:
    facts = {"source": row.source, "file": row.file_name, "lines": row.lines}
    path = f"/royalties/statements/{row.id}"
    if row.state == FAILED:
        await notify(
            ctx, "statement.failed", "“{file}” could not be imported", text=row.reason or "", path=path,
            tone="danger", facts=facts, permission="royalty.write",
        )  # fmt: skip
        return
    total = f"{written(row.amount // PER_MINOR * PER_MINOR, digits(row.currency or ''))[:-8]} {row.currency}"
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
    matching = await _matching(ctx, read.isrcs, read.upcs)
    division = await asyncio.to_thread(dividing.divide, plain, packed, matching)
    await ctx.progress(0.9, f"{division.matched} of {read.lines} lines belong to tracks")
    row.lines_file_id = (await ctx.files.put(f"statement-{row.id}.csv.gz", packed, purpose="distribution.lines")).id
    row.currency, row.lines, row.amount, row.rounded = read.currency, read.lines, read.units, read.rounded
    row.content, row.notes = read.content, read.notes
    row.first_month, row.last_month = read.first_month, read.last_month
    if form.conversion is not None:
        row.original_currency, row.original_total = read.spoken, written(read.original, digits(read.currency))
    row.matched, row.unmatched, row.unsplit = division.matched, division.unmatched, division.unsplit
    row.unallocated = division.unallocated
    return division


async def _matching(ctx: Context, isrcs: set[str], upcs: set[str]) -> Matching:
    """By the codes of the catalogue, and by those that somebody has assigned before."""
    by_isrc = await catalogue.tracks_by_isrc(ctx, isrcs)
    by_upc = await catalogue.tracks_by_upc(ctx, upcs)
    for code in await queries.assigned_codes(ctx):
        if code.track_id is not None and code.isrc in isrcs and names_recording(code.isrc):
            by_isrc.setdefault(code.isrc, code.track_id)
        elif code.release_id is not None and not code.isrc and code.upc in upcs and names_product(code.upc):
            by_upc.setdefault(code.upc, await queries.tracks_meant(ctx, None, code.release_id))
    tracks = {*by_isrc.values(), *(track for each in by_upc.values() for track in each)}
    splits = await queries.splits_in_force(ctx, tracks)
    return Matching(
        {isrc: shares_of(splits[track]) if track in splits else None for isrc, track in by_isrc.items()},
        {upc: common_shares([splits.get(track) for track in each]) for upc, each in by_upc.items()},
    )


jobs = [read_statement]
