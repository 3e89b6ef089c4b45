"""A payee's royalty statement: what was credited to them in a month, by release and store, as a document."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from maxbooster.plugin import Context, DocumentData, NotFound, every_page
from maxbooster_billing.plugin import digits, known_payees

from ..catalog import queries as catalog
from . import queries, sources
from .amounts import PER_MINOR, divided, written
from .division import Shares
from .lines import Line, written_lines
from .models import Allocation, Statement, Waiting
from .shares import shares_of

TEMPLATE = Path(__file__).parent / "templates" / "royalty_statement.typ"


class Earned(Struct, frozen=True):
    release: str
    store: str
    share: str


class Credited(Struct, frozen=True):
    """Share + brought forward = credited + carried forward."""

    source: str
    period: str
    share: str
    brought_forward: str
    credited: str
    carried_forward: str


class InCurrency(Struct, frozen=True):
    currency: str
    lines: list[Earned]
    """By release and store; they add up to `share`."""
    share: str
    credits: list[Credited]
    credited: str


class RoyaltyStatement(DocumentData, frozen=True, kw_only=True):
    payee: str
    sender: str
    """Who the account is towards stores; empty while it has not said."""
    month: str
    currencies: list[InCurrency]


class _Credit(NamedTuple):
    row: Allocation
    statement: Statement
    part: Waiting | None
    """What was assigned later; None: it came with the import."""

    @property
    def at(self) -> datetime:
        at = self.part.assigned_at if self.part else self.statement.imported_at
        assert at is not None
        return at


async def royalty_statement(ctx: Context, payee_id: UUID, month: str) -> bytes:
    """
    Raises:
        NotFound: no such payee in this account, or nothing was credited to them in that month.
        Invalid: a name has a character that no font can show.
        TooLarge: it would have too many lines.
        NotReady: documents are not installed.
    """
    return await ctx.document(TEMPLATE, await said(ctx, payee_id, month))


async def said(ctx: Context, payee_id: UUID, month: str) -> RoyaltyStatement:
    """What the document says.

    Raises:
        NotFound: as above.
    """
    payee = (await known_payees(ctx, [payee_id]))[payee_id]
    credits = await _credits(ctx, payee_id, month)
    if not credits:
        raise NotFound(f"Nothing was credited to {payee} in {month}.")
    registrant, known = await catalog.registrant(ctx), await _Catalog.of(ctx)
    return RoyaltyStatement(
        title=f"Royalty statement {month} · {payee}",
        dated=max(each.at for each in credits).astimezone(UTC).date(),
        payee=payee,
        sender=registrant.name if registrant else "",
        month=f"{date.fromisoformat(f'{month}-01'):%B %Y}",
        currencies=[
            await _in_currency(ctx, known, currency, [each for each in credits if each.row.currency == currency])
            for currency in sorted({each.row.currency for each in credits})
        ],
    )


async def _credits(ctx: Context, payee_id: UUID, month: str) -> list[_Credit]:
    """The oldest first."""
    rows = await every_page(ctx, partial(queries.shares_of_payee, payee_id=payee_id))
    parts = await queries.parts_assigned(ctx, (row.part_id for row, _ in rows))
    found = [_Credit(row, statement, parts.get(row.part_id)) for row, statement in rows]
    return sorted((each for each in found if f"{each.at:%Y-%m}" == month), key=lambda each: (each.at, each.row.id))


async def _in_currency(ctx: Context, known: _Catalog, currency: str, credits: Sequence[_Credit]) -> InCurrency:
    places, name = digits(currency), known.source_name
    sums: Counter[tuple[str, str]] = Counter()
    for each in credits:
        sums.update(await _by_release(ctx, each, known, name(each.statement.source)))
    return InCurrency(
        currency=currency,
        lines=[Earned(*key, exact(units, places)) for key, units in sorted(sums.items())],
        share=exact(sum(sums.values()), places),
        credits=[
            Credited(
                name(each.statement.source),
                _period(each),
                exact(each.row.amount, places),
                exact(each.row.carried_in, places),
                exact(each.row.credited * PER_MINOR, places),
                exact(each.row.carried_out, places),
            )
            for each in credits
        ],
        credited=exact(sum(each.row.credited for each in credits) * PER_MINOR, places),
    )


def exact(units: int, places: int) -> str:
    """With every decimal that says something, and those of the currency."""
    whole, _, rest = written(units, places).partition(".")
    decimals = rest.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole


def _period(credit: _Credit) -> str:
    if credit.part is not None and credit.part.month:
        return credit.part.month
    first, last = credit.statement.first_month or "", credit.statement.last_month or ""
    return first if first == last else f"{first} – {last}"


async def _by_release(ctx: Context, credit: _Credit, known: _Catalog, source: str) -> Counter[tuple[str, str]]:
    """(release, store) → units of the payee's share."""
    payee = str(credit.row.payee_id)
    if credit.part is not None:
        return Counter({(known.of_part(credit.part), source): credit.row.amount})
    if credit.statement.lines_file_id is None:
        return Counter()

    def sums(path: Path) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for line in written_lines(path):
            shares = known.splits.get(line.split)
            if shares is not None and payee in shares.payees:
                share = divided(line.units, shares.parts, shares.whole)[shares.payees.index(payee)]
                found[known.of_line(line), line.store or source] += share
        return found

    async with ctx.files.local(await ctx.files.get(credit.statement.lines_file_id)) as path:
        return await asyncio.to_thread(sums, path)


class _Catalog(NamedTuple):
    """Releases as the catalog calls them, and who shares in them."""

    by_upc: dict[str, str]
    by_isrc: dict[str, str]
    by_track: dict[UUID, str]
    by_release: dict[UUID, str]
    splits: dict[str, Shares]
    source_name: Callable[[str], str]

    @classmethod
    async def of(cls, ctx: Context) -> _Catalog:
        rows = list(reversed(await queries.all_tracks(ctx)))  # a recording on several releases: the newest
        return cls(
            {row.upc: row.release_title for row in rows if row.upc},
            {row.isrc: row.release_title for row in rows if row.isrc},
            {row.track: row.release_title for row in rows},
            {row.release: row.release_title for row in rows},
            {str(row.id): shares_of(row) for row in await queries.splits(ctx)},
            await sources.names(ctx),
        )

    def of_line(self, line: Line) -> str:
        known = self.by_upc.get(line.upc) or self.by_isrc.get(line.isrc)
        return known or line.title or line.upc or line.isrc or "—"

    def of_part(self, part: Waiting) -> str:
        known = self.by_release.get(part.release_id) if part.release_id else None
        known = known or (self.by_track.get(part.track_id) if part.track_id else None)
        return known or part.title or part.upc or part.isrc or "—"
