"""What statements say was sold, published line by line: for whoever wants to add it up by store, country or track."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from maxbooster.plugin import Context, Dataset, Struct, job, publish_facts
from maxbooster_billing.plugin import digits

from .amounts import DECIMALS
from .lines import written_lines
from .models import IMPORTED, Statement


class Sale(Struct):
    """A line of a store's statement. Its part is the statement's id."""

    line: int
    """Of the statement's file."""
    month: date
    """The first day of the month of sale."""
    source: str
    """Who pays: a store, or a party that reports for several."""
    store: str
    """As the line says it; empty: it doesn't."""
    territory: str
    """As the line says it, mostly ISO 3166-1 alpha-2; empty: it doesn't."""
    isrc: str
    upc: str
    title: str
    artist: str
    quantity: float
    amount: Decimal
    """Exact, in what the statement was converted into, if it was."""
    currency: str


SALES = Dataset(name="distribution.sales", version=1, title="Sales", row=Sale)
_statements = cast(Table, Statement.__table__)


def is_unpublished() -> ColumnElement[bool]:
    """Lines that are not published, or not as `Sale` is now."""
    return and_(
        Statement.state == IMPORTED, or_(Statement.sales_version.is_(None), Statement.sales_version < SALES.version)
    )


def _behind(connection: Connection) -> Iterable[UUID]:
    """Accounts with statements whose lines are not published as `Sale` is now."""
    query = select(_statements.c.account_id).where(is_unpublished())
    return connection.execute(query.distinct().order_by(_statements.c.account_id)).scalars()


@job("royalties.publish_missing_sales", cron="37 * * * *", accounts=_behind)
async def publish_missing_sales(ctx: Context) -> None:
    """Statements that were imported before their lines were published, or when a line had other columns. One
    that can't be published is tried again once a day."""
    for id in await ctx.all(select(Statement.id).where(is_unpublished()).order_by(Statement.id)):
        ctx.enqueue(publish_sales, id, key=str(ctx.account), once=f"{id}:{SALES.version}:{ctx.now:%Y-%m-%d}")


@job("royalties.publish_sales", queue="long", timeout_s=3600.0)
async def publish_sales(ctx: Context, statement_id: UUID) -> None:
    """Publish the lines of a statement that is in the ledger."""
    row = await ctx.get(Statement, statement_id)
    if row.state != IMPORTED or row.sales_version == SALES.version or row.lines_file_id is None:
        return
    async with ctx.files.local(await ctx.files.get(row.lines_file_id)) as path:
        await publish_facts(ctx, SALES, str(row.id), sales(path, row.source, row.currency or ""))
    row.sales_version = SALES.version


def sales(path: Path, source: str, currency: str) -> Iterator[Sale]:
    """Of a file of lines, as `lines.py` writes them."""
    scale = -(digits(currency) + DECIMALS)
    for line in written_lines(path):
        yield Sale(
            line=line.number,
            month=date.fromisoformat(f"{line.month}-01"),
            source=source,
            store=line.store,
            territory=line.territory,
            isrc=line.isrc,
            upc=line.upc,
            title=line.title,
            artist=line.artist,
            quantity=float(line.quantity),
            amount=Decimal(line.units).scaleb(scale),
            currency=currency,
        )


jobs = [publish_missing_sales, publish_sales]
