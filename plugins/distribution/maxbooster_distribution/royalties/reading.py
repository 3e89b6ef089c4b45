"""Reading a statement as it comes: any of the usual encodings and delimiters, headers that drift; and when something is
wrong, an error that names file, line, column, value and what to do. Nothing is guessed about amounts of money, and
memory is bound whatever the file holds."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from . import header
from .faults import Sight, StatementFault
from .header import LONGEST_LINE
from .layouts import Layout
from .months import Dates
from .numbers import Decimals

__all__ = ["Dates", "Decimals", "Form", "Reader", "StatementFault"]

LONGEST_CELL = 1_000
MOST_LINES = 50_000_000
LARGEST_FILE = 16 * 1024**3


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
    dates: Dates = "auto"
    columns: Mapping[str, str] = {}
    """Field → header of its column, where the layout leaves a choice."""
    sheet: str | None = None
    """Of a workbook, where more than one can be meant."""
    most_lines: int | None = None
    """Of a workbook: no more are read, because it can't be cut like text. None: all."""


class Reader:
    """Rows of a statement as lists of cells, after its header; `line` is where the reader is.

    Raises:
        StatementFault: see there; also while it is iterated.
    """

    partial = False
    """Whether there are more rows than `most_lines`."""

    def __init__(self, path: Path, form: Form) -> None:
        self.name, self.layout = form.name, form.layout
        self._stream = _opened(path, form.name)
        try:
            self.header = header.find(self._stream, form.name, form.layout, form.columns)
        except UnicodeDecodeError as error:
            raise _encoding_fault(form.name, 1, error) from error
        self.places = self.header.places
        self.line = self.header.line
        self._has_quotes = False

    def __iter__(self) -> Iterator[list[str]]:
        """Blank lines are left out; a row that is longer or shorter than the header is refused."""
        width = len(self.header.cells)
        try:
            for row in self._quoted() if self.header.quoted else self._unquoted():
                if len(row) != width:
                    if not any(cell.strip() for cell in row):
                        continue
                    yield self._fitted(row, width)
                else:
                    yield row
        except csv.Error as error:
            raise self.fault(f"The quotes do not match ({error}). Export the file again as plain CSV.") from error
        except UnicodeDecodeError as error:
            raise _encoding_fault(self.name, self.line + 1, error) from error

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the file was read so far."""
        quotes = ["Quotes are read as part of the text, as in the tab-separated files of stores."]
        return self.header.notes + (quotes if self._has_quotes else [])

    def close(self) -> None:
        self._stream.close()

    def fault(self, detail: str, field: str | None = None, value: str | None = None) -> StatementFault:
        return self.fault_at(Sight(self.line, value or "", field or ""), detail, shown=value is not None)

    def fault_at(self, sight: Sight, detail: str, *, shown: bool = True) -> StatementFault:
        place = self.places.get(sight.field, -1)
        column = self.header.cells[place] if place >= 0 else sight.field or None
        value = sight.text if shown else None
        return StatementFault(detail, file=self.name, line=sight.line, column=column, value=value)

    def _quoted(self) -> Iterator[list[str]]:
        expected = self.line
        for row in csv.reader(self._lines(), delimiter=self.header.delimiter, strict=True):
            expected += 1
            if self.line != expected:
                raise self.fault(
                    f"One cell in quotes reaches from line {expected} to line {self.line}: a quotation mark may be"
                    " missing there, and lines would be lost. Remove the line break, or the stray mark."
                )
            yield row

    def _unquoted(self) -> Iterator[list[str]]:
        delimiter = self.header.delimiter
        for line in self._lines():
            row = line.rstrip("\r\n").split(delimiter)
            if '"' in line:
                self._has_quotes = True
                row = [_unwrapped(cell) for cell in row]
            yield row

    def _lines(self) -> Iterator[str]:
        for line in iter(partial(self._stream.readline, LONGEST_LINE + 1), ""):
            self.line += 1
            if "\0" in line:
                raise self.fault("It holds NUL characters: the file is damaged or is not text. Export it again.")
            if len(line) > LONGEST_CELL:
                self._measure(line)
            yield line
        if self.line > MOST_LINES:
            raise self.fault(f"A statement has at most {MOST_LINES:,} lines. Split the file.")

    def _measure(self, line: str) -> None:
        if len(line) > LONGEST_LINE:
            raise self.fault(f"The line is longer than {LONGEST_LINE:,} characters. Export the file again.")
        for cell in line.split(self.header.delimiter):
            if len(cell) > LONGEST_CELL:
                raise self.fault(f"A cell is longer than {LONGEST_CELL:,} characters.", value=cell)

    def _fitted(self, row: list[str], width: int) -> list[str]:
        extra = row[width:]
        if len(row) > width and not any(cell.strip() for cell in extra):
            return row[:width]
        more = "A text with a delimiter in it may lack its quotes." if len(row) > width else "Cells are missing."
        raise self.fault(f"The line has {len(row)} cells, the header {width}: its values are shifted. {more}")


def _unwrapped(cell: str) -> str:
    """Some programs quote what has quotes in it, and double those: `\"\"\"Heroes\"\" (Live)\"`."""
    inner = cell[1:-1].replace('""', "")
    if len(cell) > 3 and cell[0] == cell[-1] == '"' and '""' in cell[1:-1] and '"' not in inner:
        return cell[1:-1].replace('""', '"')
    return cell


def _opened(path: Path, name: str) -> IO[str]:
    if path.stat().st_size > LARGEST_FILE:
        raise StatementFault(f"A statement has at most {LARGEST_FILE // 1024**3} GiB. Split the file.", file=name)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \r\n\t"):
        raise StatementFault("The file is empty.", file=name)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return path.open(encoding=encoding, newline="")
    if head.startswith((b"%PDF", b"\x1f\x8b")):
        raise StatementFault("It is a PDF or an archive, not CSV or an Excel workbook. Export it as CSV.", file=name)
    if b"\0" in head:
        raise StatementFault(
            "It holds NUL characters: it is UTF-16 without its byte order mark, or not text. Save it as UTF-8.",
            file=name, line=1,
        )  # fmt: skip
    return path.open(encoding="utf-8", newline="")


def _encoding_fault(name: str, line: int, error: UnicodeDecodeError) -> StatementFault:
    wrong = error.object[error.start : error.start + 4]
    return StatementFault(
        f"The bytes {wrong!r} are not {error.encoding.upper()}. Save the file as UTF-8.", file=name, line=line
    )
