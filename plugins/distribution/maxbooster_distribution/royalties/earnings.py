"""What statements brought by month: of sale, as their lines say, or the month in which they were booked."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Literal
from uuid import UUID

from maxbooster.plugin import Context
from maxbooster_billing.plugin import digits

from . import queries, sources
from .amounts import written
from .lines import written_lines
from .models import Statement
from .schemas import EarnedMonth

By = Literal["sale", "booking"]


async def earnings(ctx: Context, by: By) -> list[EarnedMonth]:
    """The latest months first. Either way all months of a currency add up to the same."""
    name = await sources.names(ctx)
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in await queries.imported(ctx):
        months = await _months_of_sale(ctx, row) if by == "sale" else {f"{row.imported_at:%Y-%m}": row.amount}
        for month, units in months.items():
            sums[month, row.currency or "", row.source] += units
    latest = sorted(sums.items(), reverse=True)
    return [
        EarnedMonth(month, currency, source, name(source), written(units, digits(currency)))
        for (month, currency, source), units in latest
    ]


async def _months_of_sale(ctx: Context, row: Statement) -> dict[str, int]:
    if row.months is not None:
        return {month: int(units) for month, units in row.months.items()}
    return await _summed(ctx, row.lines_file_id) if row.lines_file_id else {}


async def _summed(ctx: Context, lines_file: UUID) -> dict[str, int]:
    """Of a statement that was imported before its months were kept."""

    def sums(path: Path) -> dict[str, int]:
        found: Counter[str] = Counter()
        for line in written_lines(path):
            found[line.month] += line.units
        return dict(found)

    async with ctx.files.local(await ctx.files.get(lines_file)) as path:
        return await asyncio.to_thread(sums, path)
