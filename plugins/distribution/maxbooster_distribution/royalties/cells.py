"""Cells of an Excel sheet as text, whose type says what kind of cell it was: a number that Excel made of a code, a
date that it made of an amount, a formula without its result are no ordinary text.

openpyxl's own reader of single rows leaves out what matters here (hidden rows, merged cells, numbers as they are
written), so this is made on the parser beneath it, which is why its version is pinned to 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from openpyxl.utils.cell import column_index_from_string as _column
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

DIGITS = 15
"""What Excel keeps and shows of a number; what a file has beyond them is the noise of binary fractions."""
_AS_SHOWN = Context(prec=DIGITS)
_ROW = "0123456789"
TEXT_TAG, RUN_TAG = f"{{{SHEET_MAIN_NS}}}t", f"{{{SHEET_MAIN_NS}}}r"
_RUNS = (TEXT_TAG, RUN_TAG)


class Number(str):
    """Written with a point, without an exponent, with every digit."""

    __slots__ = ()


class Rounded(Number):
    """It has more digits than Excel shows: 0.1 + 0.2 is stored as 0.30000000000000004, and is 0.3."""

    __slots__ = ()


class Day(str):
    """A date, as ISO 8601 writes it."""

    __slots__ = ()


class Broken(str):
    """Why the cell says nothing."""

    __slots__ = ()


class Row:
    __slots__ = ("cells", "hidden", "number")

    def __init__(self, number: int, cells: dict[int, str], *, hidden: bool) -> None:
        self.number, self.cells, self.hidden = number, cells, hidden


class Cells(WorkSheetParser):  # type: ignore[misc]
    """Reads a sheet row by row; memory does not grow with them."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.hidden_columns: list[range] = []
        self._kinds: dict[str, Callable[[str, int], str]] = {
            "n": self._number,
            "s": lambda value, _: _one_line(self.shared_strings[int(value)]),
            "b": lambda value, _: "TRUE" if value == "1" else "FALSE",
            "d": lambda value, _: _day(from_ISO8601(value)),
            "e": lambda value, _: Broken(f"It is Excel's error {value}. Correct the cell."),
        }

    def rows(self) -> Iterator[Row]:
        yield from (row for _, row in self.parse())

    def parse_column_dimensions(self, col: Any) -> None:
        for each in col if len(col) else (col,):
            if _is_set(each.get("hidden")):
                self.hidden_columns.append(range(int(each.get("min")), int(each.get("max")) + 1))

    def parse_row(self, row: Any) -> tuple[int, Row]:
        said = row.get("r")
        self.row_counter: int = int(said) if said else self.row_counter + 1
        self.col_counter = 0
        hidden = _is_set(row.get("hidden")) or row.get("ht") == "0"
        return self.row_counter, Row(self.row_counter, dict(map(self._cell, row)), hidden=hidden)

    def _cell(self, element: Any) -> tuple[int, str]:
        coordinate = element.get("r")
        self.col_counter = _column(coordinate.rstrip(_ROW)) if coordinate else self.col_counter + 1
        return self.col_counter, self._text(element)

    def _text(self, element: Any) -> str:
        kind, found = element.get("t", "n"), element.find(VALUE_TAG)
        if kind == "inlineStr":
            return _one_line(_inline(element.find(INLINE_STRING)))
        if found is None or not found.text:
            lacks_result = kind != "str" and element.find(FORMULA_TAG) is not None
            return Broken(_NO_RESULT) if lacks_result else ""
        if (read := self._kinds.get(kind)) is None:
            return _one_line(str(found.text))
        return read(str(found.text), int(element.get("s") or 0))

    def _number(self, value: str, style: int) -> str:
        if style not in self.date_formats:
            return _number(value)
        try:
            return _day(from_excel(float(value), self.epoch, timedelta=style in self.timedelta_formats))
        except (OverflowError, ValueError):
            return Broken(f"It is shown as a date, and the number {value[:40]} is none. Correct the cell.")


_NO_RESULT = "It is a formula, and the file lacks its result. Open it in Excel, save it, and upload it again."


def _number(value: str) -> str:
    try:
        exact = Decimal(value)
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or abs(exact.adjusted()) > 300:
        return Broken(f"It is stored as the number {value[:40]!r}, which is none. Save the file in Excel again.")
    shown = exact.normalize(_AS_SHOWN)
    return Number(f"{shown:f}") if shown == exact else Rounded(f"{shown:f}")


def _day(found: Any) -> str:
    if isinstance(found, datetime):
        found = found.date()
    return Day(found.isoformat()) if isinstance(found, date) else Broken("It is a time of day. Correct the cell.")


def _inline(text: Any) -> str:
    """Its runs without their formats, and without how they are pronounced."""
    runs = text if text is not None else ()
    return "".join(
        run.findtext(TEXT_TAG, "") if run.tag == RUN_TAG else run.text or "" for run in runs if run.tag in _RUNS
    )


def _one_line(text: str) -> str:
    """A line break within a cell is a space in the text of a statement."""
    return " ".join(text.split()) if "\n" in text or "\r" in text else text


def _is_set(flag: str | None) -> bool:
    return flag in ("1", "true")
