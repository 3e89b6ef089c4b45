"""Importing a statement: read, match, divide, post, in one unit; nothing of a statement with a fault is kept."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from maxbooster.plugin import Context, Invalid, NotFound, TooLarge, job

from ..catalogue import queries as catalogue
from ..events import StatementImported
from . import lines, queries
from .amounts import PER_MINOR
from .layouts import layout
from .lines import Form, Matching, Shares
from .models import FAILED, IMPORTED, IMPORTING, Split, Statement
from .posting import Divided, post_statement
from .reading import Decimals
from .service import own_layouts


@job("royalties.import", queue="long", timeout_s=3600.0)
async def read_statement(ctx: Context, statement_id: UUID) -> None:
    """Import a statement, or keep in words why it cannot be."""
    row = await ctx.get(Statement, statement_id)
    if row.state != IMPORTING:
        return
    try:
        with tempfile.TemporaryDirectory(prefix="maxbooster-") as folder:
            payees = await _import(ctx, row, Path(folder))
    except (Invalid, NotFound, TooLarge) as problem:
        row.state, row.reason = FAILED, problem.detail[:1000]
        return
    assert row.currency is not None
    row.state, row.imported_at = IMPORTED, ctx.now
    ctx.emit(StatementImported(row.id, row.source, row.currency, row.amount // PER_MINOR, row.lines))
    ctx.audit("statement.imported", row, after={"lines": row.lines, "unmatched": row.unmatched})
    divided = Divided(row.id, row.source, row.currency, row.amount, row.unallocated, payees)
    await ctx.write(post_statement, ctx.account, divided, ctx.now)


async def _import(ctx: Context, row: Statement, folder: Path) -> dict[str, int]:
    """Everything but the posting; payee → units."""
    plain, packed = folder / "lines.csv", folder / "lines.csv.gz"
    form = Form(row.file_name, layout(row.layout, own_layouts(ctx)), row.currency, cast(Decimals, row.decimals))
    await ctx.progress(0.05, "Reading the lines")
    async with ctx.files.local(await ctx.files.get(row.file_id)) as path:
        read = await asyncio.to_thread(lines.read, path, plain, form)
    await ctx.progress(0.5, f"{read.lines} lines read")
    matching = await _matching(ctx, read.isrcs, read.upcs)
    division = await asyncio.to_thread(lines.divide, plain, packed, matching)
    await ctx.progress(0.9, f"{division.matched} of {read.lines} lines belong to tracks")
    row.lines_file_id = (await ctx.files.put(f"statement-{row.id}.csv.gz", packed)).id
    row.currency, row.lines, row.amount, row.rounded = read.currency, read.lines, read.units, read.rounded
    row.matched, row.unmatched, row.unsplit = division.matched, division.unmatched, division.unsplit
    row.unallocated = division.unallocated
    return division.payees


async def _matching(ctx: Context, isrcs: set[str], upcs: set[str]) -> Matching:
    by_isrc = await catalogue.tracks_by_isrc(ctx, isrcs)
    by_upc = await catalogue.tracks_by_upc(ctx, upcs)
    tracks = {*by_isrc.values(), *(track for each in by_upc.values() for track in each)}
    splits = await queries.splits_in_force(ctx, tracks)
    return Matching(
        {isrc: shares_of(splits[track]) if track in splits else None for isrc, track in by_isrc.items()},
        {upc: _common([splits.get(track) for track in each]) for upc, each in by_upc.items()},
    )


def _common(splits: Sequence[Split | None]) -> Shares | None:
    """The split of a release as a whole: that of its tracks, if it is the same for all."""
    first = splits[0]
    if first is None or any(each is None or _terms(each) != _terms(first) for each in splits):
        return None
    return shares_of(first)


def _terms(split: Split) -> tuple[int, list[tuple[str, int]]]:
    return split.whole, sorted((payee, parts) for payee, parts in split.shares)


def shares_of(split: Split) -> Shares:
    payees, parts = zip(*split.shares, strict=True)
    return Shares(str(split.id), payees, parts, split.whole)


jobs = [read_statement]
