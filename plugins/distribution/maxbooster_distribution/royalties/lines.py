"""A statement's lines: read from the outlet's file into a plain form, then divided among payees, line by line.

The plain form is CSV without a header, compressed once it is divided: number, month, ISRC, UPC, title, artist, store,
territory, quantity, units, and the split by which it was divided (empty: by none). Memory does not grow with lines.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from maxbooster.plugin import Invalid
from maxbooster_billing.plugin import checked_currency, digits

from .amounts import DECIMALS, divided
from .layouts import Layout
from .reading import Decimals, Reader, code, month, refuse_exponent, units

LARGEST_UNITS = 9 * 10**18
"""Of a statement: what a database's integer holds, 900 million EUR."""


class Line(NamedTuple):
    number: int
    month: str
    isrc: str
    upc: str
    title: str
    artist: str
    store: str
    territory: str
    quantity: int
    units: int
    split: str = ""


class Form(NamedTuple):
    """How a file is to be read."""

    name: str
    layout: Layout
    currency: str | None
    decimals: Decimals


class Shares(NamedTuple):
    """A split as division wants it."""

    id: str
    payees: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int


@dataclass
class Reading:
    """What a whole file says."""

    currency: str
    lines: int = 0
    units: int = 0
    rounded: int = 0
    isrcs: set[str] = field(default_factory=set)
    upcs: set[str] = field(default_factory=set)


@dataclass
class Matching:
    """Code → split; None: the recording is known, but has none."""

    isrcs: dict[str, Shares | None]
    upcs: dict[str, Shares | None]

    def of(self, line: Line) -> tuple[bool, Shares | None]:
        """Whether a line belongs to a recording of the account, and the split: by ISRC, else by UPC."""
        for codes, wanted in ((self.isrcs, line.isrc), (self.upcs, line.upc)):
            if wanted in codes:
                return True, codes[wanted]
        return False, None


@dataclass
class Division:
    payees: dict[str, int] = field(default_factory=dict)
    """Payee → units."""
    unallocated: int = 0
    matched: int = 0
    unmatched: int = 0
    unsplit: int = 0


def read(path: Path, out: Path, form: Form) -> Reading:
    """Read an outlet's file and write its lines to `out`, not compressed.

    Raises:
        StatementFault: it cannot be read; names file, line, column and value.
    """
    reader = Reader(path, form.name, form.layout, form.decimals)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            return _read(reader, form.currency, csv.writer(file).writerow)
    finally:
        reader.close()


def _read(reader: Reader, currency: str | None, write: Callable[[Line], object]) -> Reading:
    found: Reading | None = None
    months = cache(partial(month, forms=reader.layout.dates))
    size = 0
    for row in reader:
        cells = _cells(reader, row)
        found = found or Reading(_currency(reader, cells["currency"], currency))
        if cells["currency"] and cells["currency"].upper() != found.currency:
            raise reader.fault(
                f"The statement is in {found.currency}: import each currency as a file of its own.",
                "currency", cells["currency"],
            )  # fmt: skip
        line, rounded = _line(reader, cells, digits(found.currency) + DECIMALS, months)
        size += abs(line.units)
        if size > LARGEST_UNITS:
            raise reader.fault("The statement comes to more than can be counted.", "amount", cells["amount"])
        write(line)
        found.lines += 1
        found.units += line.units
        found.rounded += rounded
        found.isrcs.add(line.isrc)
        found.upcs.add(line.upc)
    if found is None:
        raise reader.fault("There is no line after the header.")
    found.isrcs.discard("")
    found.upcs.discard("")
    return found


def _cells(reader: Reader, row: list[str]) -> dict[str, str]:
    return {name: row[place].strip() if place >= 0 else "" for name, place in reader.places.items()}


def _currency(reader: Reader, said: str, wanted: str | None) -> str:
    if not said and not wanted:
        raise reader.fault("The file names no currency. Import it with one, such as currency=EUR.", "currency")
    try:
        return checked_currency((said or wanted or "").upper())
    except Invalid as error:
        raise reader.fault(error.detail, "currency", said) from error


def _line(reader: Reader, cells: dict[str, str], scale: int, months: Callable[[str], date]) -> tuple[Line, bool]:
    """A line, and whether its amount had to be rounded."""
    name = "period"
    try:
        period = months(cells[name])
        name = "quantity"
        quantity, _ = units(cells[name], 0, decimal_comma=reader.decimal_comma)
        name = "amount"
        amount, rounded = units(cells[name], scale, decimal_comma=reader.decimal_comma)
        name = "isrc"
        refuse_exponent(cells[name])
        name = "upc"
        refuse_exponent(cells[name])
    except ValueError as error:
        raise reader.fault(str(error), name, cells[name]) from error
    upc = code(cells["upc"])
    words = (cells["title"], cells["artist"], cells["store"], cells["territory"])
    codes = (code(cells["isrc"]), upc.lstrip("0").zfill(12) if upc else "")
    return Line(reader.line, f"{period:%Y-%m}", *codes, *words, quantity, amount), rounded


def divide(lines: Path, out: Path, matching: Matching) -> Division:
    """Divide every line among the payees of its split, and write it, compressed, to `out` with the split's name."""
    found = Division()
    with gzip.open(out, "wt", compresslevel=3, encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for line in written_lines(lines):
            known, shares = matching.of(line)
            found.matched += known
            found.unmatched += not known
            if shares is None:
                found.unsplit += known
                found.unallocated += line.units
                writer.writerow(line)
                continue
            writer.writerow(line._replace(split=shares.id))
            for payee, units_ in zip(shares.payees, divided(line.units, shares.parts, shares.whole), strict=True):
                found.payees[payee] = found.payees.get(payee, 0) + units_
    return found


def written_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that `read` or `divide` has written."""
    with path.open("rb") as start:
        opened = gzip.open if start.read(2) == b"\x1f\x8b" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            number, period, isrc, upc, title, artist, store, territory, quantity, amount, split = row
            words = (period, isrc, upc, title, artist, store, territory)
            yield Line(int(number), *words, int(quantity), int(amount), split)
