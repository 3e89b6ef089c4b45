"""Checkouts, sales and refunds against the ledger: each that was paid or refunded is posted, and as what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from maxbooster.plugin import PLATFORM

from ..ledger.models import LedgerTransaction
from ..ledger.posting import Transaction
from ..ledger.readable import legs, readable
from .allocation import allocate
from .models import DONE, PAID, Checkout, CheckoutLine, Refund, Sale
from .postings import Movement, Sold

FLIGHT = timedelta(hours=1)
"""How long a sale may be on its way to its seller's account."""
_checkouts, _lines = cast(Table, Checkout.__table__), cast(Table, CheckoutLine.__table__)
_sales, _refunds = cast(Table, Sale.__table__), cast(Table, Refund.__table__)
_transactions = cast(Table, LedgerTransaction.__table__)


def check(connection: Connection, now: datetime) -> Iterator[str]:
    tables = (_checkouts, _lines, _sales, _refunds)
    right = {table.name: readable(connection, table) for table in tables}
    yield from _payments(connection, now, right)
    yield from _refunds_done(connection, right)


def _payments(connection: Connection, now: datetime, right: dict[str, Any]) -> Iterator[str]:
    sold = _checkouts.join(_lines, _lines.c.checkout_id == _checkouts.c.id).outerjoin(
        _sales, (_sales.c.account_id == _lines.c.seller) & (_sales.c.id == _lines.c.id)
    )
    query = (
        select(
            _checkouts.c.id, _checkouts.c.currency, _checkouts.c.provider, _checkouts.c.fee, _checkouts.c.ended_at,
            _checkouts.c.amount.label("whole"), _lines.c.id.label("line"), _lines.c.seller, _lines.c.amount,
            _lines.c.description, _sales.c.id.label("sale"), _sales.c.amount.label("sold"), _sales.c.fee.label("share"),
        )
        .select_from(sold)
        .where(_checkouts.c.state == PAID, right[_checkouts.name], right[_lines.name])
        .order_by(_checkouts.c.id, _lines.c.number)
    )  # fmt: skip
    for id, found in groupby(connection.execute(query), attrgetter("id")):
        lines = list(found)
        if sum(line.amount for line in lines) != lines[0].whole:
            yield f"Checkout {id}: its lines do not come to the {lines[0].whole} {lines[0].currency} that were paid."
        shares = allocate(lines[0].fee or 0, [line.amount for line in lines])
        for line, share in zip(lines, shares, strict=True):
            yield from _payment(connection, line, share, fresh=now - line.ended_at < FLIGHT)


def _payment(connection: Connection, line: Any, share: int, *, fresh: bool) -> Iterator[str]:
    of = Sold(
        line=line.line, seller=line.seller, currency=line.currency, provider=line.provider, description=line.description
    )
    moved = [of.payment(line.amount), *([of.fee(share)] if share else [])]
    yield from _unposted(connection, f"Checkout {line.id}", PLATFORM, (each.platform_half() for each in moved))
    if line.sale is None:
        if not fresh:
            yield f"Checkout {line.id}: the sale {line.line} has not reached its seller {line.seller}."
        return
    if line.sold != line.amount or (line.share is not None and line.share != share):
        yield f"Book {line.seller}, sale {line.line}: it is of {line.sold} with a fee of {line.share}, not as paid."
    halves = moved if line.share is not None else moved[:1]
    yield from _unposted(connection, f"Sale {line.line}", line.seller, _sellers(halves))


def _refunds_done(connection: Connection, right: dict[str, Any]) -> Iterator[str]:
    of_sale = (_refunds.c.account_id == _sales.c.account_id) & (_refunds.c.sale_id == _sales.c.id)
    shown = (
        _refunds.c.account_id, _refunds.c.id, _refunds.c.amount, _sales.c.id.label("sale"), _sales.c.currency,
        _sales.c.provider, _sales.c.description,
    )  # fmt: skip
    done = select(*shown).select_from(_refunds.join(_sales, of_sale)).where(_refunds.c.state == DONE)
    for row in connection.execute(done.where(right[_refunds.name], right[_sales.name])):
        of = Sold(
            line=row.sale, seller=row.account_id, currency=row.currency, provider=row.provider,
            description=row.description,
        )  # fmt: skip
        moved = of.refund(row.id, row.amount)
        yield from _unposted(connection, f"Refund {row.id}", PLATFORM, [moved.platform_half()])
        yield from _unposted(connection, f"Refund {row.id}", row.account_id, _sellers([moved]))
    refunded = func.coalesce(
        select(func.sum(_refunds.c.amount)).where(of_sale, _refunds.c.state == DONE).scalar_subquery(), 0
    )
    wrong = select(_sales.c.account_id, _sales.c.id, _sales.c.refunded, refunded.label("done"))
    for sale in connection.execute(wrong.where(_sales.c.refunded != refunded, right[_sales.name])):
        said = f"it says {sale.refunded} are refunded, its refunds say {sale.done}."
        yield f"Book {sale.account_id}, sale {sale.id}: {said}"


def _sellers(moved: Iterable[Movement]) -> Iterator[Transaction]:
    return (half for each in moved if (half := each.seller_half()) is not None)


def _unposted(connection: Connection, what: str, book: UUID, wanted: Iterable[Transaction]) -> Iterator[str]:
    for each in wanted:
        of = (_transactions.c.account_id == book, _transactions.c.key == each.key)
        shown = select(_transactions.c.currency, _transactions.c.phase, _transactions.c.legs)
        found = connection.execute(shown.where(*of, readable(connection, _transactions))).first()
        said = {(leg.purpose, leg.amount, leg.party) for leg in each.legs}
        if found is None:
            yield f"{what}: the ledger of {book} lacks {each.key!r}."
        elif (found.currency, found.phase) != (each.currency, "posted") or set(legs(found.legs) or []) != said:
            yield f"{what}: the ledger of {book} says something else under {each.key!r}."
