"""A whole book as text: CSV for spreadsheets, Beancount for accountants' tools."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from hashlib import sha256
from io import StringIO
from itertools import groupby
from operator import attrgetter
from typing import Any

from maxbooster.plugin import Context, csv_text

from ..currency import written
from . import queries
from .purposes import PURPOSES

PAGE = 2_000
COLUMNS = (
    "transaction", "recorded_at", "effective_at", "phase", "key", "memo",
    "purpose", "party", "currency", "debit", "credit", "settles", "reverses",
)  # fmt: skip


async def as_csv(ctx: Context) -> AsyncIterator[bytes]:
    """One line per entry, amounts in whole currency; text that a spreadsheet would take for a formula is quoted."""
    yield _lines([COLUMNS])
    async for rows in _pages(ctx):
        yield _lines(_csv_row(row) for row in rows)


async def as_beancount(ctx: Context) -> AsyncIterator[bytes]:
    """What is posted, in Beancount's syntax (its "Language Syntax", version 3); holds are no money yet."""
    yield b'option "title" "Max Booster"\n'
    opened: set[str] = set()
    async for rows in _pages(ctx):
        for _, legs in groupby(rows, attrgetter("transaction_id")):
            entry = list(legs)
            if entry[0].phase == "posted":
                yield "".join(_beancount(entry, opened)).encode()


async def _pages(ctx: Context) -> AsyncIterator[Sequence[Any]]:
    """Whole transactions only: what the last page began is read again with the next."""
    account, after = ctx.account, None
    size = PAGE
    while True:
        rows = await ctx.read(lambda connection: queries.page(connection, account, after, size))  # noqa: B023
        full = len(rows) == size
        if full:
            whole = [row for row in rows if row.transaction_id != rows[-1].transaction_id]
            if not whole:
                size *= 2
                continue
            rows = whole
        if rows:
            yield rows
        if not full:
            return
        after, size = rows[-1].transaction_id, PAGE


def _csv_row(row: Any) -> Sequence[Any]:
    amount = written(abs(row.amount), row.currency)
    return (
        row.transaction_id, row.recorded_at.isoformat(), row.effective_at.isoformat(), row.phase, csv_text(row.key),
        csv_text(row.memo), row.purpose, csv_text(row.party), row.currency, amount if row.amount > 0 else "",
        amount if row.amount < 0 else "", row.settles or "", row.reverses or "",
    )  # fmt: skip


def _lines(rows: Any) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _beancount(legs: Sequence[Any], opened: set[str]) -> Iterator[str]:
    day = legs[0].effective_at.date().isoformat()
    names = [_name(leg.purpose, leg.party) for leg in legs]
    for name in names:
        if name not in opened:
            opened.add(name)
            yield f"\n1970-01-01 open {name}"
    yield f'\n{day} * "{_quoted(legs[0].memo or legs[0].key)}"\n  id: "{legs[0].transaction_id}"\n'
    for leg, name in zip(legs, names, strict=True):
        yield f"  {name}  {written(leg.amount, leg.currency)} {leg.currency}\n"


def _name(purpose: str, party: str) -> str:
    root = PURPOSES[purpose].root
    return f"{root}:{purpose.capitalize()}" + (f":{_component(party)}" if party else "")


def _component(party: str) -> str:
    """A part of a Beancount account begins with a capital or a digit; letters, digits and dashes follow. Parties that
    are written otherwise bear their digest too, so that no two of them are one account."""
    if _SIMPLE.fullmatch(party) and not _DIGESTED.search(party):
        return party[0].upper() + party[1:]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", party).strip("-")
    return "-".join(filter(None, [plain[:1].upper() + plain[1:], sha256(party.encode()).hexdigest()[:16].upper()]))


_SIMPLE = re.compile(r"[a-z0-9][A-Za-z0-9-]*")
_DIGESTED = re.compile(r"-[0-9A-F]{16}$")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
