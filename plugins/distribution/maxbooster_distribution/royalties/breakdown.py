"""Sales added up by store, country or track, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, or_, select

from maxbooster.plugin import Context, Invalid, facts_parts, query_facts

from . import sources
from .countries import country
from .models import IMPORTED, Statement
from .sales import SALES, is_unpublished
from .schemas import Breakdown, BreakdownRow, RoyaltyCurrency

Dimension = Literal["store", "territory", "track"]
MOST = 100
"""Rows that are named; what the rest comes to is told in one."""

_NO_ISRC = "upc || chr(31) || title || chr(31) || artist"
_ASKED: dict[Dimension, str] = {
    "store": "store AS key, CASE WHEN store = '' THEN source ELSE '' END AS title, '' AS detail",
    "territory": "territory AS key, '' AS title, '' AS detail",
    "track": f"CASE WHEN isrc = '' THEN {_NO_ISRC} ELSE isrc END AS key, max(title) AS title, max(artist) AS detail",
}
"""What is one, what else to call it, and whose it is."""


async def breakdown(
    ctx: Context, by: Dimension, currency: str | None, from_month: str | None, until_month: str | None
) -> Breakdown:
    """Of the currency that most lines are in, unless one is named.

    Raises:
        Invalid: the months are the wrong way round.
    """
    if from_month and until_month and until_month < from_month:
        raise Invalid(f"{until_month} is before {from_month}.", field="until_month")
    if currency is None:
        currency = next((each.currency for each in await currencies(ctx)), None)
    rows = [] if currency is None else await _rows(ctx, by, currency, from_month, until_month)
    others, total = (sum((row.amount for row in some), Decimal(0)) for some in (rows[MOST:], rows))
    named = [BreakdownRow(row.name, row.detail, row.quantity, _written(row.amount)) for row in rows[:MOST]]
    left_out = await _unpublished(ctx)
    return Breakdown(currency, named, len(rows[MOST:]), _written(others), _written(total), left_out)


async def currencies(ctx: Context) -> list[RoyaltyCurrency]:
    """Those of the statements in the ledger, that with the most lines first."""
    lines = func.sum(Statement.lines)
    query = select(Statement.currency, lines, func.count()).where(Statement.state == IMPORTED)
    found = await ctx.rows(query.group_by(Statement.currency).order_by(lines.desc(), Statement.currency))
    return [RoyaltyCurrency(currency, int(count), statements) for currency, count, statements in found]


async def _rows(
    ctx: Context, by: Dimension, currency: str, from_month: str | None, until_month: str | None
) -> list[_Row]:
    found = await query_facts(
        ctx,
        SALES,
        question(by),
        [currency, _first_day(from_month, "0001-01"), _first_day(until_month, "9999-12")],
        parts=await _parts(ctx, currency, from_month, until_month),
    )
    return _merged(found, await _names(ctx, by))


def question(by: Dimension) -> str:
    """Of a currency, from a month to a month."""
    group = "key" if by == "track" else "ALL"
    return (
        f"SELECT {_ASKED[by]}, sum(quantity), sum(amount) FROM facts"
        f" WHERE currency = ? AND month BETWEEN ? AND ? GROUP BY {group}"
    )


async def _parts(ctx: Context, currency: str, from_month: str | None, until_month: str | None) -> list[str]:
    """Statements that can have lines of this currency and these months; only their files are read."""
    asked = select(Statement.id).where(Statement.state == IMPORTED, Statement.currency == currency)
    if from_month is not None:
        asked = asked.where(or_(Statement.last_month.is_(None), Statement.last_month >= from_month))
    if until_month is not None:
        asked = asked.where(or_(Statement.first_month.is_(None), Statement.first_month <= until_month))
    wanted = {str(id) for id in await ctx.all(asked)}
    published = await facts_parts(ctx, SALES)
    return [part for part, row in published.items() if part in wanted and row.dataset_version == SALES.version]


class _Row(NamedTuple):
    name: str
    detail: str
    quantity: float
    amount: Decimal


async def _names(ctx: Context, by: Dimension) -> Callable[[str, str], tuple[str, str]]:
    """What a row is called by its key and its title, and what makes it the same as another. However a store or a
    country is written, it is one if it is known; what isn't known stays as written."""
    if by == "track":
        return lambda key, title: (title, key)
    if by == "territory":
        return lambda key, _: (country(key), country(key))
    store, payer = await sources.stores(ctx), await sources.names(ctx)

    def named(key: str, source: str) -> tuple[str, str]:
        name = store(key or payer(source))
        return name, name

    return named


def _merged(found: Iterable[tuple[Any, ...]], name: Callable[[str, str], tuple[str, str]]) -> list[_Row]:
    """The most first."""
    rows: dict[str, _Row] = {}
    for key, title, detail, quantity, amount in found:
        called, same = name(key, title)
        before = rows.get(same, _Row(called, detail, 0.0, Decimal(0)))
        rows[same] = _Row(called, detail, before.quantity + quantity, before.amount + amount)
    return sorted(rows.values(), key=lambda row: (-row.amount, row.name))


async def _unpublished(ctx: Context) -> int:
    return int(await ctx.first(select(func.count()).select_from(Statement).where(is_unpublished())) or 0)


def _first_day(month: str | None, otherwise: str) -> date:
    return date.fromisoformat(f"{month or otherwise}-01")


def _written(amount: Any) -> str:
    """With every decimal that it has."""
    return f"{Decimal(amount).normalize():f}"
