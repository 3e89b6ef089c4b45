"""A statement's lines divided among payees, line by line."""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .amounts import divided
from .codes import names_product, names_recording
from .faults import StatementFault
from .lines import Line, written_rows

MOST_GROUPS = 100_000
"""Titles of one statement that wait for a payee, each month by itself."""


class Shares(NamedTuple):
    """A split as division wants it."""

    id: str
    payees: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int


class Timeline(NamedTuple):
    """Splits by months of sale: each counts from its month until the next begins."""

    starts: tuple[str, ...] = ()
    """Months in order, as `2026-09`; `""` is the start of everything."""
    shares: tuple[Shares | None, ...] = ()

    @classmethod
    def always(cls, shares: Shares) -> Timeline:
        return cls(("",), (shares,))

    def at(self, month: str) -> Shares | None:
        """The split for what was sold in a month; None: there is none."""
        place = bisect_right(self.starts, month) - 1
        return self.shares[place] if place >= 0 else None


@dataclass
class Matching:
    """Code → splits of the recording; an empty timeline: it is known, but has none."""

    isrcs: dict[str, Timeline]
    upcs: dict[str, Timeline]

    def of(self, isrc: str, upc: str, month: str) -> tuple[bool, Shares | None]:
        """Whether a line belongs to a recording of the account, and the split for its month: by ISRC, else by UPC."""
        timeline = self.isrcs.get(isrc)
        if timeline is None:
            timeline = self.upcs.get(upc)
        return (False, None) if timeline is None else (True, timeline.at(month))


@dataclass
class Group:
    """Lines of one recording, product or title and month that have no payee."""

    known: bool
    """Whether they belong to a recording, which has no split."""
    isrc: str
    upc: str
    title: str
    artist: str
    month: str
    lines: int = 0
    units: int = 0


@dataclass
class Division:
    payees: dict[str, int] = field(default_factory=dict)
    """Payee → units."""
    waiting: dict[tuple[str, ...], Group] = field(default_factory=dict)
    """By what they have in common: what has no payee."""
    months: dict[str, int] = field(default_factory=dict)
    """Month of sale → units."""
    unallocated: int = 0
    matched: int = 0
    unmatched: int = 0
    unsplit: int = 0


def divide(lines: Path, out: Path, matching: Matching) -> Division:
    """Divide every line among the payees of its split, and write it, compressed, to `out` with the split's name.

    Raises:
        StatementFault: more titles than can wait have no payee.
    """
    found = Division()
    payees, months = found.payees, found.months
    with gzip.open(out, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        for row in written_rows(lines):
            known, shares = matching.of(row[_ISRC], row[_UPC], row[_MONTH])
            found.matched += known
            found.unmatched += not known
            amount = int(row[_UNITS])
            months[row[_MONTH]] = months.get(row[_MONTH], 0) + amount
            if shares is None:
                found.unsplit += known
                found.unallocated += amount
                row[_SPLIT] = ""
                _wait(found, known, row, amount)
            else:
                row[_SPLIT] = shares.id
                for payee, share in zip(shares.payees, divided(amount, shares.parts, shares.whole), strict=True):
                    payees[payee] = payees.get(payee, 0) + share
            write(row)
    return found


_MONTH, _ISRC, _UPC, _TITLE, _ARTIST, _UNITS, _SPLIT = (
    Line._fields.index(field) for field in ("month", "isrc", "upc", "title", "artist", "units", "split")
)


def _wait(found: Division, known: bool, row: list[str], amount: int) -> None:
    group = (row[_MONTH], *waiting_under(row[_ISRC], row[_UPC], row[_TITLE], row[_ARTIST]))
    if (waits := found.waiting.get(group)) is None:
        if len(found.waiting) >= MOST_GROUPS:
            raise StatementFault(
                f"More than {MOST_GROUPS:,} different titles have no track in your catalog. Is it your statement?",
                file=f"line {row[0]}",
            )
        waits = found.waiting[group] = Group(known, row[_ISRC], row[_UPC], row[_TITLE], row[_ARTIST], row[_MONTH])
    waits.lines += 1
    waits.units += amount


def waiting_under(isrc: str, upc: str, title: str, artist: str) -> tuple[str, ...]:
    """What lines have in common that wait together. A product's code names all of its tracks: there, titles wait one by
    one; so they do without any code that can name something."""
    if names_recording(isrc):
        return (isrc, upc if names_product(upc) else "")
    return (isrc, upc, title, artist)
