"""A statement's lines, read from the store's file into a plain form.

The plain form is CSV without a header, compressed once it is divided: number, month, ISRC, UPC, title, artist, store,
territory, quantity, units, and the split by which it was divided (empty: by none). Memory does not grow with lines.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from maxbooster_billing.plugin import digits

from .amounts import DECIMALS, written
from .codes import code, names_product, names_recording, product_code
from .conventions import OtherWay
from .currencies import Currencies
from .faults import StatementFault, Unsettled
from .layouts import FIELDS, plain
from .months import Months
from .numbers import Numbers
from .reading import Conversion, Form, Reader
from .totals import Totals, says_total

__all__ = ["Conversion", "Form", "Line", "Reading", "read", "written_lines", "written_rows"]

LARGEST_UNITS = 9 * 10**18
"""Of a statement: what a database's integer holds, 900 million EUR."""
_MOST_DECIMALS = DECIMALS + 4
"""Of a unit in any currency."""
_MOST_TOTALS = 20
"""Of which each is told by itself."""
MOST_CODES = 2_000_000
"""Different codes of one statement, which are kept in memory until they are matched."""


class Line(NamedTuple):
    number: int
    month: str
    isrc: str
    upc: str
    title: str
    artist: str
    store: str
    territory: str
    quantity: int | Decimal
    units: int
    split: str = ""


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
    first_month: str = ""
    last_month: str = ""
    notes: list[str] = field(default_factory=list)
    """What a person should know of how it was read."""
    partial: bool = False
    """Whether there are more lines, which were not read."""
    content: bytes = b""
    """Digest of what the lines say, in whatever order and file format they stand."""


def read(path: Path, out: Path, form: Form) -> Reading:
    """Read a store's file and write its lines to `out`, not compressed.

    Raises:
        StatementFault: it cannot be read; names file, line, column and value.
    """
    assumed: dict[str, str] = {}
    while True:
        reader = open_reader(path, form)
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                return _Statement(reader, form, assumed).read(csv.writer(file).writerow)
        except OtherWay as proved:
            assumed[proved.option] = proved.way
        except Unsettled as doubt:
            fault = reader.fault_at(doubt.sight, str(doubt))
            fault.question = doubt.question
            raise fault from doubt
        finally:
            reader.close()


def open_reader(path: Path, form: Form) -> Reader:
    """A statement as text or as a workbook, whichever its bytes are.

    Raises:
        StatementFault: it is neither, or has no header.
    """
    from .workbook import WorkbookReader, is_workbook

    return WorkbookReader(path, form) if is_workbook(path) else Reader(path, form)


Cells = tuple[str, ...]
"""One for each of FIELDS, in their order; empty where the file has no such column."""
_REMEMBERED = 50_000


class _Statement:
    """Reads one file, once."""

    def __init__(self, reader: Reader, form: Form, assumed: dict[str, str]) -> None:
        self._reader, self._form = reader, form
        self._pick = itemgetter(*(reader.places[field] for field in FIELDS))
        layout, line = reader.layout, lambda: reader.line
        self._numbers = Numbers(form.decimals, layout.decimals, reader.header.delimiter, line, assumed.get("decimals"))
        self._months = Months(form.dates, layout.dates, line, assumed.get("dates"))
        self._currencies = Currencies(reader.header.currencies, form.currency, column=reader.places["currency"] >= 0)
        self._totals = Totals(lambda units: written(units, self._scale - DECIMALS).rstrip("0").rstrip("."))
        self._units, self._quantity, self._month = self._numbers.units, self._numbers.quantity, self._months.month
        self._accepted: frozenset[str] = frozenset()
        self._recording, self._product = lru_cache(_REMEMBERED)(_recording), lru_cache(_REMEMBERED)(_product)
        self._empty_quantity = "quantity" in layout.may_be_empty or reader.places["quantity"] < 0
        self._scale, self._fill, self._begun = DECIMALS, 1, False
        self._found = Reading("", "")

    def read(self, write: Callable[[Line], object]) -> Reading:
        conversion, found = self._form.conversion, self._found
        isrc_seen, upc_seen = found.isrcs.add, found.upcs.add
        size = digest = rounded = 0
        for cells in self._cells():
            if not self._begun:
                self._begin(cells)
            if (read := self._line(cells)) is None:
                continue
            line, lost = read
            found.original += line.units
            digest += _digest(line, self._fill)
            if conversion is not None:
                converted, lost_too = conversion.of(line.units)
                line, lost = line._replace(units=converted), lost or lost_too
            size += abs(line.units)
            if size > LARGEST_UNITS:
                raise self._reader.fault("The statement comes to more than can be counted.", "amount", cells[_AMOUNT])
            write(line)
            found.lines += 1
            found.units += line.units
            rounded += lost
            isrc_seen(line.isrc)
            upc_seen(line.upc)
            if not found.lines & 0xFFFF and max(len(found.isrcs), len(found.upcs)) > MOST_CODES:
                raise self._reader.fault(f"A statement has at most {MOST_CODES:,} different codes. Split the file.")
        found.rounded = rounded
        return self._finished(digest)

    def _begin(self, cells: Cells) -> None:
        try:
            spoken = self._currencies.begin(cells[_CURRENCY])
        except ValueError as error:
            raise self._explained(cells, error, "currency", cells[_CURRENCY] or None) from error
        conversion, found = self._form.conversion, self._found
        if conversion is not None and conversion.currency == spoken:
            raise self._reader.fault(f"It is in {spoken} already: import it without a rate.", "currency", spoken)
        found.spoken, found.currency = spoken, conversion.currency if conversion else spoken
        self._scale = digits(found.currency) + DECIMALS
        self._fill = 10 ** (_MOST_DECIMALS - self._scale)
        self._accepted, self._begun = self._currencies.accepted, True

    def _finished(self, digest: int) -> Reading:
        found = self._found
        if not found.lines:
            raise self._reader.fault("There is no line after the header.")
        self._numbers.settle()
        self._months.settle()
        found.isrcs.discard("")
        found.upcs.discard("")
        found.first_month, found.last_month = self._months.span()
        found.partial = self._reader.partial
        found.notes = self._reader.notes + self._totals.told(_MOST_TOTALS)
        said = f"{found.spoken} {found.lines} {digest % 2**256:064x}"
        found.content = blake2b(said.encode(), digest_size=32).digest()
        return found

    def _cells(self) -> Iterator[Cells]:
        pick, strip = self._pick, str.strip
        for row in self._reader:
            row.append("")  # where -1 points to: a column that the file has not
            yield tuple(map(strip, pick(row)))

    def _line(self, cells: Cells) -> tuple[Line, bool] | None:
        """A line, and whether its amount had to be rounded; None: it is a total of lines before it."""
        period, isrc, upc, title, artist, store, territory, quantity, amount, said = cells
        field, value = "currency", said
        try:
            if said not in self._accepted:
                self._currencies.check(said)
            field, value = "amount", amount
            earned, rounded = self._units(amount, self._scale, field)
            field, value = "isrc", isrc
            recording, names = self._recording(isrc)
            field, value = "upc", upc
            product, names_too = self._product(upc)
            if not names and not names_too and self._is_total(cells, earned):
                return None
            field, value = "period", period
            month = self._month(period, field)
            field, value = "quantity", quantity
            count = 0 if self._empty_quantity and not quantity else self._quantity(quantity, field)
        except ValueError as error:
            raise self._explained(cells, error, field, value) from error
        words = (title, artist, store, territory)
        return Line(self._reader.line, month, recording, product, *words, count, earned), rounded

    def _is_total(self, cells: Cells, units: int) -> bool:
        words = cells[: _TERRITORY + 1]
        nameless = not any(cells[place] for place in (_TITLE, _ARTIST))
        try:
            before = self._found.original if self._found.lines else None
            return self._totals.is_total(self._reader.line, words, nameless, units, before)
        except ValueError as error:
            raise self._reader.fault(str(error), "amount", cells[_AMOUNT]) from error

    def _explained(self, cells: Cells, error: ValueError, field: str, value: str | None) -> StatementFault:
        """A line that cannot be read may be none of the statement's own."""
        reader = self._reader
        headers = [reader.header.cells[reader.places[each]] if reader.places[each] >= 0 else "" for each in FIELDS]
        if [plain(each) for each in cells] == [plain(each) for each in headers]:
            return reader.fault("This line repeats the header: files were joined here. Remove the line.")
        if says_total(cells[: _TERRITORY + 1]):
            return reader.fault(f"It looks like a total: remove the line. {error}", field, value)
        fault = reader.fault(str(error), field, value)
        fault.question = getattr(error, "question", None)
        return fault


_TITLE, _ARTIST, _TERRITORY, _AMOUNT, _CURRENCY = (
    FIELDS.index(each) for each in ("title", "artist", "territory", "amount", "currency")
)


def _recording(text: str) -> tuple[str, bool]:
    """An ISRC, and whether it can name a recording."""
    found = code(text)
    return found, names_recording(found)


def _product(text: str) -> tuple[str, bool]:
    found = product_code(text)
    return found, names_product(found)


def _digest(line: Line, fill: int) -> int:
    """Of what a line says, wherever it stands. Sums of them are the same in any order."""
    _, month, isrc, upc, title, artist, store, territory, quantity, units, _ = line
    said = f"{month}\n{isrc}\n{upc}\n{title}\n{artist}\n{store}\n{territory}\n{quantity}\n{units * fill}"
    return int.from_bytes(blake2b(said.encode(), digest_size=32).digest(), "big")


def written_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that `read` or `divide` has written."""
    for number, period, isrc, upc, title, artist, store, territory, quantity, amount, split in written_rows(path):
        words = (period, isrc, upc, title, artist, store, territory)
        count = int(quantity) if quantity.lstrip("-").isdigit() else Decimal(quantity)
        yield Line(int(number), *words, count, int(amount), split)


def written_rows(path: Path) -> Iterator[list[str]]:
    """Their cells."""
    with path.open("rb") as start:
        opened = gzip.open if start.read(2) == b"\x1f\x8b" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
