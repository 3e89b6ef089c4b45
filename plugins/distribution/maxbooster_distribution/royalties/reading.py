"""Reading a statement as it comes: any of the usual encodings and delimiters, headers that drift; and when something is
wrong, an error that names file, line, column, value and what to do. Nothing is guessed about amounts of money."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Literal

from maxbooster.plugin import Invalid

from .layouts import FIELDS, Layout, plain

SEARCHED_LINES = 25
"""Lines in which the header must stand."""
Decimals = Literal["auto", "point", "comma"]


class StatementFault(Invalid):
    """A statement that cannot be read. Nothing of it is imported."""

    type = "statement-fault"
    title = "The statement cannot be imported"

    def __init__(
        self, detail: str, *, file: str, line: int | None = None, column: str | None = None, value: str | None = None
    ) -> None:
        place = [file, f"line {line}" if line else "", f"column {column!r}" if column else ""]
        shown = f": {value[:60]!r}" if value is not None else ""
        words = f"{', '.join(each for each in place if each)}{shown}. {detail}"
        super().__init__(words, field="file", file=file, line=line, column=column, value=value and value[:200])


class Reader:
    """Rows of a statement as lists of cells, after its header. `places` says in which cell each field stands (−1: in
    none), `line` where the reader is.

    Raises:
        StatementFault: see there; also while it is iterated.
    """

    def __init__(self, path: Path, name: str, layout: Layout, decimals: Decimals = "auto") -> None:
        self.name, self.layout = name, layout
        self._stream = _opened(path, name)
        self.delimiter, skipped, header = _header(self._stream, name, layout)
        self._skipped = skipped
        self.header = header
        self.places = _places(header, name, layout, skipped)
        comma = decimals == "comma" or (decimals == "auto" and self.delimiter == ";")
        self.decimal_comma = comma
        self._rows = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)

    @property
    def line(self) -> int:
        return self._skipped + self._rows.line_num

    def __iter__(self) -> Iterator[list[str]]:
        """Blank lines are left out; a row that is longer or shorter than the header is refused."""
        width = len(self.header)
        try:
            for row in self._rows:
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

    def close(self) -> None:
        self._stream.close()

    def fault(self, detail: str, field: str | None = None, value: str | None = None) -> StatementFault:
        place = self.places.get(field, -1) if field else -1
        column = self.header[place] if place >= 0 else field
        return StatementFault(detail, file=self.name, line=self.line, column=column, value=value)

    def _lines(self) -> Iterator[str]:
        for line in self._stream:
            if "\0" in line:
                raise self.fault("It holds NUL characters: the file is damaged or is no text. Export it again.")
            yield line

    def _fitted(self, row: list[str], width: int) -> list[str]:
        extra = row[width:]
        if len(row) > width and not any(cell.strip() for cell in extra):
            return row[:width]
        more = "A text with a delimiter in it may lack its quotes." if len(row) > width else "Cells are missing."
        raise self.fault(f"The line has {len(row)} cells, the header {width}: its values are shifted. {more}")


def _opened(path: Path, name: str) -> IO[str]:
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
    if head.startswith((b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        raise StatementFault("It is no CSV but a spreadsheet, PDF or archive. Export it as CSV.", file=name)
    if b"\0" in head:
        raise StatementFault(
            "It holds NUL characters: it is UTF-16 without its byte order mark, or no text. Save it as UTF-8.",
            file=name, line=1,
        )  # fmt: skip
    return path.open(encoding="utf-8", newline="")


def _header(stream: IO[str], name: str, layout: Layout) -> tuple[str, int, list[str]]:
    """Delimiter, number of lines up to the header, and its cells: the first line that names what is required."""
    wanted = {plain(each) for field in layout.required.fields for each in layout.columns.get(field, ())}
    best: tuple[int, int, list[str]] = (0, 1, [])
    try:
        for number in range(1, SEARCHED_LINES + 1):
            line = stream.readline(200_000)
            if not line:
                break
            if "\0" in line:
                raise StatementFault("It holds NUL characters: the file is damaged.", file=name, line=number)
            for delimiter in layout.delimiters:
                cells = _cells(line, delimiter)
                hits = len({plain(cell) for cell in cells} & wanted)
                if hits >= len(layout.required.fields):
                    return delimiter, number, cells
                if hits > best[0]:
                    best = (hits, number, cells)
    except UnicodeDecodeError as error:
        raise _encoding_fault(name, 1, error) from error
    raise _header_fault(name, layout, best)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _header_fault(name: str, layout: Layout, best: tuple[int, int, list[str]]) -> StatementFault:
    _, number, cells = best
    found = {plain(cell): cell for cell in cells}
    for field in layout.required.fields:
        names = layout.columns.get(field, ())
        if not any(plain(each) in found for each in names):
            near = get_close_matches(plain(names[0]), list(found), n=1) if names else []
            hint = f" {found[near[0]]!r} looks like it." if near else ""
            return StatementFault(
                f"No header says {field}: one of the first {SEARCHED_LINES} lines must name"
                f" {', '.join(repr(each) for each in names[:4])} or the like.{hint}"
                " Choose another layout, or add the name to this one.",
                file=name, line=number,
            )  # fmt: skip
    return StatementFault("No line names all that is required; choose another layout.", file=name, line=number)


def _places(header: list[str], name: str, layout: Layout, line: int) -> dict[str, int]:
    places: dict[str, int] = {}
    spoken = [plain(cell) for cell in header]
    for field in FIELDS:
        names = [plain(each) for each in layout.columns.get(field, ())]
        hits = [place for place, cell in enumerate(spoken) if cell in names]
        if len(hits) > 1:
            hits.sort(key=lambda place: names.index(spoken[place]))
            if spoken[hits[0]] == spoken[hits[1]]:
                raise StatementFault(
                    "The header stands there twice; which one is meant? Remove one.",
                    file=name, line=line, column=header[hits[0]],
                )  # fmt: skip
        places[field] = hits[0] if hits else -1
    return places


def _encoding_fault(name: str, line: int, error: UnicodeDecodeError) -> StatementFault:
    wrong = error.object[error.start : error.start + 4]
    return StatementFault(
        f"The bytes {wrong!r} are not {error.encoding.upper()}. Save the file as UTF-8.", file=name, line=line
    )


def units(text: str, scale: int, *, decimal_comma: bool = False) -> tuple[int, bool]:
    """An amount as an integer of 10⁻ˢᶜᵃˡᵉ, and whether it had to be rounded (half to even).

    Raises:
        ValueError: it is no number, or its separators do not fit; the words say which.
    """
    text = text.strip()
    if text.isdigit() and len(text) < 18 and text.isascii():
        return int(text) * 10**scale, False
    if decimal_comma:
        if "." in text and ("," not in text or text.rindex(".") > text.rindex(",")):
            raise ValueError(
                "It has a decimal point, but this file's decimals are commas. Import it with decimals=point."
            )
        text = text.replace(".", "").replace(",", ".")
    elif "," in text:
        whole, _, rest = text.partition(".")
        groups = whole.lstrip("+-").split(",")
        if "," in rest or not rest or not 1 <= len(groups[0]) <= 3 or any(len(each) != 3 for each in groups[1:]):
            raise ValueError("It has a comma, but this file's decimals are points. Import it with decimals=comma.")
        text = whole.replace(",", "") + "." + rest
    whole, _, rest = text.partition(".")
    digits = whole[1:] if whole[:1] in ("-", "+") else whole
    if (
        len(rest) <= scale
        and len(digits) < 18
        and digits.isascii()
        and digits.isdigit()
        and (not rest or (rest.isascii() and rest.isdigit()))
    ):
        return int(whole + rest.ljust(scale, "0")), False
    return _slow_units(text, scale)


def _slow_units(text: str, scale: int) -> tuple[int, bool]:
    """Exponents, and more decimals than a unit has."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("It is no number.") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15 or "_" in text:
        raise ValueError("It is no amount of money.")
    scaled = value.scaleb(scale)
    rounded = int(scaled.to_integral_value())
    return rounded, rounded != scaled


def month(text: str, forms: tuple[str, ...]) -> date:
    """The first day of the month in which a period begins.

    Raises:
        ValueError: none of the forms fits.
    """
    for form in forms:
        try:
            return datetime.strptime(text.strip(), form).date().replace(day=1)
        except ValueError:
            continue
    raise ValueError(f"It is no date or month in a form that this layout knows, such as {forms[0]!r}.")


def code(text: str) -> str:
    """An ISRC or UPC without spaces, hyphens and the apostrophe of spreadsheets; upper case.

    Raises:
        ValueError: a spreadsheet has turned the code into a rounded number.
    """
    plain_code = text.strip().upper().replace(",", ".")
    if "E+" in plain_code or plain_code.endswith(".0"):
        raise ValueError(
            "A spreadsheet has rounded this code to a number. Export the file again, with the column as text."
        )
    return text.strip().strip("'").replace("-", "").replace(" ", "").upper()


def product_code(text: str) -> str:
    """A UPC or EAN with the zeros that spreadsheets take off. Raises as `code`."""
    plain_code = code(text)
    return plain_code.lstrip("0").zfill(12) if plain_code else ""
