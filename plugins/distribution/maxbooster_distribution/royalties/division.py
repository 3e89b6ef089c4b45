"""A statement's lines divided among payees, line by line."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .amounts import divided
from .codes import names_product, names_recording
from .faults import StatementFault
from .lines import Line, written_rows

MOST_GROUPS = 100_000
"""Titles of one statement that wait for a payee."""


class Shares(NamedTuple):
    """A split as division wants it."""

    id: str
    payees: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int


@dataclass
class Matching:
    """Code → split; None: the recording is known, but has none."""

    isrcs: dict[str, Shares | None]
    upcs: dict[str, Shares | None]

    def of(self, isrc: str, upc: str) -> tuple[bool, Shares | None]:
        """Whether a line belongs to a recording of the account, and the split: by ISRC, else by UPC."""
        if isrc in self.isrcs:
            return True, self.isrcs[isrc]
        if upc in self.upcs:
            return True, self.upcs[upc]
        return False, None


@dataclass
class Group:
    """Lines of one recording, product or title that have no payee."""

    known: bool
    """Whether they belong to a recording, which has no split."""
    isrc: str
    upc: str
    title: str
    artist: str
    lines: int = 0
    units: int = 0


@dataclass
class Division:
    payees: dict[str, int] = field(default_factory=dict)
    """Payee → units."""
    waiting: dict[tuple[str, ...], Group] = field(default_factory=dict)
    """By what they have in common: what has no payee."""
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
    payees = found.payees
    with gzip.open(out, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        for row in written_rows(lines):
            known, shares = matching.of(row[_ISRC], row[_UPC])
            found.matched += known
            found.unmatched += not known
            amount = int(row[_UNITS])
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


_ISRC, _UPC, _TITLE, _ARTIST, _UNITS, _SPLIT = (
    Line._fields.index(field) for field in ("isrc", "upc", "title", "artist", "units", "split")
)


def _wait(found: Division, known: bool, row: list[str], amount: int) -> None:
    group = waiting_under(row[_ISRC], row[_UPC], row[_TITLE], row[_ARTIST])
    if (waits := found.waiting.get(group)) is None:
        if len(found.waiting) >= MOST_GROUPS:
            raise StatementFault(
                f"More than {MOST_GROUPS:,} different titles have no track in your catalog. Is it your statement?",
                file=f"line {row[0]}",
            )
        waits = found.waiting[group] = Group(known, row[_ISRC], row[_UPC], row[_TITLE], row[_ARTIST])
    waits.lines += 1
    waits.units += amount


def waiting_under(isrc: str, upc: str, title: str, artist: str) -> tuple[str, ...]:
    """What lines have in common that wait together. A product's code names all of its tracks: there, titles wait one by
    one; so they do without any code that can name something."""
    if names_recording(isrc):
        return (isrc, upc if names_product(upc) else "")
    return (isrc, upc, title, artist)
