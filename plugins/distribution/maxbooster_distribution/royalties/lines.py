"""A statement's lines: read from the outlet's file into a plain form, then divided among payees, line by line.

The plain form is CSV without a header, compressed once it is divided: number, month, ISRC, UPC, title, artist, store,
territory, quantity, units, and the split by which it was divided (empty: by none). Memory does not grow with lines.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from maxbooster.plugin import Invalid
from maxbooster_billing.plugin import checked_currency, digits

from .amounts import DECIMALS, divided
from .layouts import FIELDS, Layout
from .reading import Decimals, Reader, code, month, product_code, units

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


class Conversion(NamedTuple):
    """What one of the file's currency is taken for: exactly numerator ÷ denominator of `currency`."""

    currency: str
    numerator: int
    denominator: int

    def of(self, amount: int) -> tuple[int, bool]:
        """An amount converted, and whether it had to be rounded (half to even)."""
        converted, rest = divmod(amount * self.numerator, self.denominator)
        converted += 2 * rest > self.denominator or (2 * rest == self.denominator and converted % 2)
        return converted, rest != 0


class Form(NamedTuple):
    """How a file is to be read."""

    name: str
    layout: Layout
    currency: str | None
    decimals: Decimals
    conversion: Conversion | None = None


class Shares(NamedTuple):
    """A split as division wants it."""

    id: str
    payees: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int


@dataclass
class Reading:
    """What a whole file says."""

    spoken: str
    """The file's currency."""
    currency: str
    """That of the units: the file's, or what it was converted into."""
    original: int = 0
    """What the file says, in units of `currency`, not converted."""
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

    def of(self, isrc: str, upc: str) -> tuple[bool, Shares | None]:
        """Whether a line belongs to a recording of the account, and the split: by ISRC, else by UPC."""
        if isrc in self.isrcs:
            return True, self.isrcs[isrc]
        if upc in self.upcs:
            return True, self.upcs[upc]
        return False, None


@dataclass
class Group:
    """Lines with the same codes that have no payee."""

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
    """By their codes, else by title and artist: what has no payee."""
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
            return _read(reader, form, csv.writer(file).writerow)
    finally:
        reader.close()


def _read(reader: Reader, form: Form, write: Callable[[Line], object]) -> Reading:
    found: Reading | None = None
    spoken, conversion = _Spoken(reader), form.conversion
    size = 0
    for cells in spoken:
        said, amount = cells[-1], cells[-2]
        if found is None:
            found = _begun(reader, said, form)
            spoken.scale = digits(found.currency) + DECIMALS
        if said and said != found.spoken and said.upper() != found.spoken:
            raise reader.fault(
                f"The statement is in {found.spoken}: import each currency as a file of its own.", "currency", said
            )
        line, rounded = spoken.line(cells)
        if conversion is not None:
            found.original += line.units
            converted, lost = conversion.of(line.units)
            line, rounded = line._replace(units=converted), rounded or lost
        size += abs(line.units)
        if size > LARGEST_UNITS:
            raise reader.fault("The statement comes to more than can be counted.", "amount", amount)
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


Cells = tuple[str, ...]
"""One for each of FIELDS, in their order; empty where the file has no such column."""
_REMEMBERED = 50_000


class _Spoken:
    """Rows of a file as cells in the order of FIELDS, and cells as lines. What comes again and again (months, codes)
    is read once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._pick = itemgetter(*(reader.places[field] for field in FIELDS))
        self.scale = DECIMALS
        self._month = lru_cache(_REMEMBERED)(lambda text: f"{month(text, reader.layout.dates):%Y-%m}")
        self._isrc, self._upc = lru_cache(_REMEMBERED)(code), lru_cache(_REMEMBERED)(product_code)

    def __iter__(self) -> Iterator[Cells]:
        pick, strip = self._pick, str.strip
        for row in self._reader:
            row.append("")  # where -1 points to: a column that the file has not
            yield tuple(map(strip, pick(row)))

    def line(self, cells: Cells) -> tuple[Line, bool]:
        """A line, and whether its amount had to be rounded."""
        period, isrc, upc, title, artist, store, territory, quantity, amount, _ = cells
        field, value = "period", period
        comma = self._reader.decimal_comma
        try:
            begun = self._month(period)
            field, value = "quantity", quantity
            count, _ = units(quantity, 0, decimal_comma=comma)
            field, value = "amount", amount
            earned, rounded = units(amount, self.scale, decimal_comma=comma)
            field, value = "isrc", isrc
            recording = self._isrc(isrc)
            field, value = "upc", upc
            product = self._upc(upc)
        except ValueError as error:
            raise self._reader.fault(str(error), field, value) from error
        words = (title, artist, store, territory)
        return Line(self._reader.line, begun, recording, product, *words, count, earned), rounded


def _begun(reader: Reader, said: str, form: Form) -> Reading:
    spoken = _currency(reader, said, form.currency)
    if form.conversion is None:
        return Reading(spoken, spoken)
    if form.conversion.currency == spoken:
        raise reader.fault(f"It is in {spoken} already: import it without a rate.", "currency", said)
    return Reading(spoken, form.conversion.currency)


def _currency(reader: Reader, said: str, wanted: str | None) -> str:
    if not said and not wanted:
        raise reader.fault("The file names no currency. Import it with one, such as currency=EUR.", "currency")
    try:
        return checked_currency((said or wanted or "").upper())
    except Invalid as error:
        raise reader.fault(error.detail, "currency", said) from error


def divide(lines: Path, out: Path, matching: Matching) -> Division:
    """Divide every line among the payees of its split, and write it, compressed, to `out` with the split's name."""
    found = Division()
    payees = found.payees
    with gzip.open(out, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        for row in _written_rows(lines):
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
        waits = found.waiting[group] = Group(known, row[_ISRC], row[_UPC], row[_TITLE], row[_ARTIST])
    waits.lines += 1
    waits.units += amount


def waiting_under(isrc: str, upc: str, title: str, artist: str) -> tuple[str, ...]:
    """What lines have in common that wait together."""
    return (isrc, upc) if isrc or upc else ("", "", title, artist)


def written_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that `read` or `divide` has written."""
    for number, period, isrc, upc, title, artist, store, territory, quantity, amount, split in _written_rows(path):
        words = (period, isrc, upc, title, artist, store, territory)
        yield Line(int(number), *words, int(quantity), int(amount), split)


def _written_rows(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as start:
        opened = gzip.open if start.read(2) == b"\x1f\x8b" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
