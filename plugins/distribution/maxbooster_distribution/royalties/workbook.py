"""Statements as Excel workbooks: which sheet is one, and its rows as `Reader` gives those of text. What Excel may have
changed is told or refused, never guessed; how much is unpacked is bound before anything is."""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from . import header
from .faults import Sight, StatementFault, question
from .header import SEARCHED_LINES, Header
from .reading import LONGEST_CELL, Form, Reader

if TYPE_CHECKING:
    from .cells import Cells, Row

LARGEST_WORKBOOK = 64 * 1024**2
LARGEST_SHEET = 1024**3
"""Unpacked."""
LARGEST_PART = 64 * 1024**2
"""Of all else in a workbook, unpacked: its texts, styles and names."""
MOST_UNPACKED = 100
"""How many times its size a part may be unpacked; a sheet is ten to thirty times."""
_SMALL = 8 * 1024**2
MOST_PARTS = 10_000
MOST_COLUMNS = 500
_PIECE, _LONGEST_TAG = 1024**2, 500
_MERGED = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^>]*?ref="[^"]*?([A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)"')
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_AGAIN = "Save it in Excel as an Excel workbook (.xlsx) or as CSV, and upload that."


def is_workbook(path: Path) -> bool:
    """Whether it is an Excel file, of this or an older kind, or packed as one is."""
    with path.open("rb") as file:
        return file.read(8).startswith((_ZIP, _OLE))


class WorkbookReader(Reader):
    """The rows of one sheet. Raises as `Reader`."""

    def __init__(self, path: Path, form: Form) -> None:
        self.name, self.form = form.name, form
        self.layout = replace(form.layout, delimiters=(",",), quoted=True)
        self.line, self.partial = 0, False
        self._told: dict[str, int] = {}
        self._noted: list[str] = []
        _refuse_unreadable(path, form.name)
        self._file = path.open("rb")
        try:
            self._book = self._opened()
            self._sheet, self.header = self._chosen()
            self._refuse_merged()
        except BaseException:
            self.close()
            raise
        self.places = self.header.places
        self.line = self.header.line

    def __iter__(self) -> Iterator[list[str]]:
        """Blank rows are left out."""
        width = len(self.header.cells)
        fields = {place: field for field, place in self.places.items() if place >= 0}
        with self._cells(self._sheet) as cells, self._whole():
            rows = cells.rows()
            for count, row in enumerate(self._after_header(rows)):
                if self.form.most_lines is not None and count >= self.form.most_lines:
                    self.partial = True
                    return
                yield self._texts(row, width, fields)
        self._note_hidden_columns(cells, fields)

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the file was read so far."""
        return [*self.header.notes, *self._noted, *(_NOTES[kind].format(n=n) for kind, n in self._told.items())]

    def close(self) -> None:
        self._file.close()

    def fault_at(self, sight: Sight, detail: str, *, shown: bool = True) -> StatementFault:
        return super().fault_at(sight._replace(text=_spoken(sight.text)), detail, shown=shown)

    # the sheet

    def _opened(self) -> Any:
        from openpyxl import load_workbook

        with self._whole(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl doesn't keep, and nothing is kept
            return load_workbook(self._file, read_only=True, data_only=True, keep_links=False)

    def _chosen(self) -> tuple[Any, Header]:
        """The one visible sheet whose beginning names what is required, or the one that somebody chose."""
        sheets = {each.title: each for each in self._book.worksheets if each.sheet_state == "visible"}
        if self.form.sheet is not None:
            if self.form.sheet not in sheets:
                raise self._unchosen(f"There is no visible sheet {self.form.sheet!r}. Choose another one.", sheets)
            return sheets[self.form.sheet], self._header_of(sheets[self.form.sheet])
        filled = {title: sheet for title, sheet in sheets.items() if any(row.cells for row in self._beginning(sheet))}
        if len(filled) == 1:
            [only] = filled.values()
            return only, self._header_of(only)
        if not filled:
            raise StatementFault("It has no visible sheet with anything in it.", file=self.name)
        fitting = {title: found for title, sheet in filled.items() if (found := self._fits(sheet)) is not None}
        if len(fitting) != 1:
            words = "More than one sheet looks like a statement" if fitting else "No sheet names all that is required"
            raise self._unchosen(f"{words}. Choose the sheet to read.", fitting or filled)
        [(title, found)] = fitting.items()
        others = ", ".join(repr(each) for each in filled if each != title)
        self._noted.append(f"The sheet {title!r} is read; {others} is not.")
        return filled[title], found

    def _unchosen(self, detail: str, sheets: Mapping[str, Any]) -> StatementFault:
        asked = question("sheet", "Which sheet is the statement?", [(title, title) for title in sheets])
        return StatementFault(detail, file=self.name, question=asked)

    def _fits(self, sheet: Any) -> Header | None:
        try:
            return self._header_of(sheet)
        except StatementFault:
            return None

    def _header_of(self, sheet: Any) -> Header:
        lines = StringIO()
        write = csv.writer(lines).writerow
        for row in self._beginning(sheet):
            write([row.cells.get(place, "") for place in range(1, max(row.cells, default=0) + 1)])
        lines.seek(0)
        found = header.find(lines, self.name, self.layout, self.form.columns)
        # a sheet has no delimiter that would say which decimals go with it
        return found._replace(delimiter="\t")

    def _beginning(self, sheet: Any) -> Iterator[Row]:
        """The rows in which the header must stand, those between them too."""
        from .cells import Row

        with self._cells(sheet) as cells, self._whole():
            number = 0
            for row in islice(cells.rows(), SEARCHED_LINES):
                for blank in range(number + 1, min(row.number, SEARCHED_LINES + 1)):
                    yield Row(blank, {}, hidden=False)
                number = row.number
                if number > SEARCHED_LINES:
                    return
                if max(row.cells, default=0) > MOST_COLUMNS:
                    words = f"Row {number} has more than {MOST_COLUMNS} columns: it is not a statement."
                    raise StatementFault(words, file=self.name, line=number)
                yield row

    @contextmanager
    def _cells(self, sheet: Any) -> Iterator[Cells]:
        from .cells import Cells

        book = self._book
        with self._whole():
            part = book._archive.open(sheet._worksheet_path)
        with part:
            yield Cells(
                part,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """
        Raises:
            StatementFault: the file is not what Excel writes.
        """
        try:
            yield
        except StatementFault:
            raise
        except Exception as error:  # openpyxl raises whatever a damaged part leads to
            words = f"The workbook is damaged ({type(error).__name__}). {_AGAIN}"
            raise StatementFault(words, file=self.name, line=self.line or None) from error

    # its rows

    def _after_header(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            if row.number <= self.header.line:
                continue
            if row.number <= self.line:
                raise self.fault(f"Row {row.number} stands there twice: the workbook is damaged. {_AGAIN}")
            self.line = row.number
            if not any(text.strip() for text in row.cells.values()):
                continue
            if row.hidden:
                raise self.fault("This row is hidden, perhaps by a filter. Show it if it counts, or delete it.")
            yield row

    def _texts(self, row: Row, width: int, fields: dict[int, str]) -> list[str]:
        beyond = [place for place, text in row.cells.items() if place > width and text.strip()]
        if beyond:
            raise self.fault(f"The row has {max(beyond)} cells, the header {width}: its values are shifted.")
        texts = [row.cells.get(place, "") for place in range(1, width + 1)]
        for place, field in fields.items():
            text = texts[place]
            if type(text) is not str:
                texts[place] = self._read(text, field)
            elif len(text) > LONGEST_CELL:
                raise self.fault(f"A cell is longer than {LONGEST_CELL:,} characters.", field, text)
        return texts

    def _read(self, text: str, field: str) -> str:
        """A cell that is no text, as the field wants it."""
        from .cells import DIGITS, Broken, Day, Rounded

        if isinstance(text, Broken):
            raise self.fault(str(text), field)
        if isinstance(text, Day):
            return self._read_day(text, field)
        if field in ("amount", "quantity"):
            if isinstance(text, Rounded):
                self._tell("rounded")
            return _unmistakable(text)
        if field in ("isrc", "upc"):
            if "." in text or len(text) > DIGITS or isinstance(text, Rounded):
                words = "Excel has rounded this code to a number. Set the column to text, and enter it again."
                raise self.fault(words, field, text)
            if field == "upc":
                self._tell("upc")
        return str(text)

    def _read_day(self, text: str, field: str) -> str:
        if field not in ("period", "title", "artist"):
            words = "Excel has made a date of this. Set the column to text, and enter again what it should say."
            raise self.fault(words, field, text)
        if field != "period":
            self._tell("date")
            return str(text)
        forms = [each for each in self.layout.dates if each not in ("%m/%d/%Y", "%d/%m/%Y")]
        form = "%Y-%m-%d" if "%Y-%m-%d" in forms else next(iter(forms), None)
        if form is None:
            raise self.fault("This layout reads no dates of Excel; add '%Y-%m-%d' to its dates.", field, text)
        return date.fromisoformat(text).strftime(form)

    def _tell(self, kind: str) -> None:
        self._told[kind] = self._told.get(kind, 0) + 1

    def _refuse_merged(self) -> None:
        """They stand behind the rows, which make no sense without."""
        with self._whole(), self._book._archive.open(self._sheet._worksheet_path) as part:
            before = b""
            while piece := part.read(_PIECE):
                for ref in _MERGED.findall(before + piece):
                    last = int(re.sub(rb".*?([0-9]+)$", rb"\1", ref))
                    if last > self.header.line:
                        words = f"The cells {ref.decode()} are merged: only the first says anything. Fill each of them."
                        raise StatementFault(words, file=self.name, line=last)
                before = piece[-_LONGEST_TAG:]

    def _note_hidden_columns(self, cells: Cells, fields: dict[int, str]) -> None:
        for place, field in fields.items():
            if any(place + 1 in hidden for hidden in cells.hidden_columns):
                self._noted.append(f"The column {self.header.cells[place]!r} is hidden; it is read as the {field}.")


_NOTES = {
    "rounded": "Excel keeps 15 digits of a number, and this file has more in some cells; they are read with 15, as"
    " Excel shows them. Cells: {n}.",
    "upc": "Excel holds UPCs as numbers here, without the zeros that they begin with; these were put back. Lines: {n}.",
    "date": "Excel has made dates of some titles or artists, and they are shown as such. Cells: {n}.",
}


def _unmistakable(text: str) -> str:
    """A number that means the same whether a point or a comma is the decimal mark: `1.08` → `108E-2`."""
    whole, _, rest = text.partition(".")
    return f"{int(whole + rest)}E-{len(rest)}" if rest else whole


def _spoken(text: str) -> str:
    mantissa, mark, places = text.partition("E-")
    if not mark or not mantissa.lstrip("-").isdigit() or not places.isdigit():
        return text
    digits = mantissa.lstrip("-").rjust(int(places) + 1, "0")
    sign = "-" if mantissa.startswith("-") else ""
    return f"{sign}{digits[: -int(places)]}.{digits[-int(places) :]}"


def _refuse_unreadable(path: Path, name: str) -> None:
    """
    Raises:
        StatementFault: it is of another kind, or unpacks to more than memory should hold.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(8).startswith(_OLE):
            encrypted = _ENCRYPTED in file.read(LARGEST_WORKBOOK)
            raise StatementFault(
                "It is protected by a password. Save it without one, and upload it again."
                if encrypted
                else f"It is a file of Excel 97 to 2003 (.xls) or another old format. {_AGAIN}",
                file=name,
            )
    if size > LARGEST_WORKBOOK:
        words = f"A workbook has at most {LARGEST_WORKBOOK // 1024**2} MiB. Export the sheet as CSV."
        raise StatementFault(words, file=name)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:  # the last: of a newer ZIP version
        raise StatementFault(f"The workbook is damaged. {_AGAIN}", file=name) from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise StatementFault(f"It is an archive or another spreadsheet, not an Excel workbook. {_AGAIN}", file=name)
    if len(parts) > MOST_PARTS:
        raise StatementFault(f"It has more than {MOST_PARTS:,} parts: it is not a statement.", file=name)
    for part in parts:
        largest = LARGEST_SHEET if part.filename.startswith("xl/worksheets/sheet") else LARGEST_PART
        packed = part.file_size > _SMALL and part.file_size > MOST_UNPACKED * max(part.compress_size, 1)
        if part.file_size > largest or packed:
            words = f"Its part {part.filename[:100]} unpacks to {part.file_size:,} bytes. Export the sheet as CSV."
            raise StatementFault(words, file=name)
