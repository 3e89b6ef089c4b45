"""The header of a statement: where it stands, and which column is which."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import IO, NamedTuple

from . import currencies
from .faults import Question, StatementFault, question
from .layouts import FIELDS, Layout, plain

SEARCHED_LINES = 25
"""Lines in which the header must stand."""
LONGEST_LINE = 65_536
"""Characters of a line, its end included."""
_ASKED = ("isrc", "upc", "quantity", "amount", "currency")
"""Where two columns can be meant, a person says which; of the other fields the layout's first is read, and told."""
ESSENTIAL = frozenset({"period", "amount"})
"""Fields without which nothing can be divided; of any other a person may say that the statement has none."""
NONE = ""
"""What is chosen in place of a header for a field that the statement has not."""
_SPOKEN = {"isrc": "ISRC", "upc": "UPC"}
"""Fields whose names are not words."""


class Header(NamedTuple):
    line: int
    delimiter: str
    quoted: bool
    cells: list[str]
    places: dict[str, int]
    """In which cell each field stands; −1: in none."""
    currencies: frozenset[str]
    """What the header of the amounts, or a line above it, says: one currency, or those that a symbol can mean."""
    notes: list[str]


def find(stream: IO[str], name: str, layout: Layout, columns: Mapping[str, str]) -> Header:
    """The first line that names what is required.

    Raises:
        StatementFault: there is none, or two columns can be meant by a field.
    """
    best = _Closest()
    above: list[str] = []
    for number in range(1, SEARCHED_LINES + 1):
        line = stream.readline(LONGEST_LINE + 1)
        if not line:
            break
        if len(line) > LONGEST_LINE:
            raise StatementFault(
                f"The line is longer than {LONGEST_LINE:,} characters: it is not a statement.", file=name, line=number
            )
        if "\0" in line:
            raise StatementFault("It holds NUL characters: the file is damaged.", file=name, line=number)
        for delimiter in layout.delimiters:
            cells, quoted = _cells(line, delimiter, layout)
            hits = _covered(cells, layout, layout.required.fields, columns)
            if hits == len(layout.required.fields):
                return _Columns(name, number, cells, layout, columns).header(delimiter, quoted, above)
            rank = (hits, _covered(cells, layout, FIELDS, columns), sum(map(bool, cells)))
            if rank > best.rank:
                best = _Closest(rank, number, cells)
        above.append(line)
    raise _fault(name, layout, best, columns)


class _Closest(NamedTuple):
    """The line that looks most like a header."""

    rank: tuple[int, int, int] = (0, 0, 1)
    """How many of the required fields it names, how many of all, and how many cells say anything."""
    number: int = 1
    cells: Sequence[str] = ()


def _cells(line: str, delimiter: str, layout: Layout) -> tuple[list[str], bool]:
    """The cells, and whether those of the file stand in quotes."""
    bare = line.rstrip("\r\n").split(delimiter)
    wrapped = all(len(each) > 1 and each[0] == each[-1] == '"' for each in bare if each)
    quoted = layout.quoted if layout.quoted is not None else delimiter != "\t" or wrapped
    if not quoted:
        return bare, False
    try:
        return next(csv.reader([line], delimiter=delimiter), []), True
    except csv.Error:
        return [], True


def _means(cell: str, field: str, names: frozenset[str]) -> bool:
    return plain(cell) in names or (field == "amount" and plain(currencies.parted(cell)[0]) in names)


def _names(layout: Layout, field: str) -> frozenset[str]:
    return frozenset(plain(each) for each in layout.columns.get(field, ()))


def _covered(cells: Sequence[str], layout: Layout, fields: Sequence[str], chosen: Mapping[str, str]) -> int:
    """How many of these fields the cells name."""
    return sum(_named(cells, layout, field, chosen) for field in fields)


def _named(cells: Sequence[str], layout: Layout, field: str, chosen: Mapping[str, str]) -> bool:
    header = chosen.get(field)
    if header is not None:
        return header == NONE or any(cell.strip() == header.strip() for cell in cells)
    names = _names(layout, field)
    return any(_means(cell, field, names) for cell in cells)


class _Columns:
    """Which cell of a header is which field."""

    def __init__(self, name: str, line: int, cells: list[str], layout: Layout, chosen: Mapping[str, str]) -> None:
        self._name, self._line, self._layout, self._chosen = name, line, layout, chosen
        self._cells = cells
        self._notes: list[str] = []

    def header(self, delimiter: str, quoted: bool, above: Sequence[str]) -> Header:
        places = {field: self._place(field) for field in FIELDS}
        if self._chosen.get("quantity") == NONE:
            self._notes.append("The statement has no quantity: every line counts as 0.")
        said = currencies.parted(self._cells[places["amount"]])[1] if places["amount"] >= 0 else frozenset()
        if not said and (code := currencies.above(above)):
            said = frozenset({code})
        return Header(self._line, delimiter, quoted, self._cells, places, said, self._notes)

    def _place(self, field: str) -> int:
        chosen = self._chosen.get(field)
        if chosen == NONE:
            return -1
        if chosen is not None:
            hits = [place for place, cell in enumerate(self._cells) if cell.strip() == chosen.strip()]
            if len(hits) != 1:
                raise self._fault(f"There is no column {chosen!r}, or more than one. Choose another one.", chosen)
            return hits[0]
        names = _names(self._layout, field)
        hits = [place for place, cell in enumerate(self._cells) if _means(cell, field, names)]
        if len(hits) < 2:
            return hits[0] if hits else -1
        return self._one_of(field, hits)

    def _one_of(self, field: str, hits: list[int]) -> int:
        order = [plain(each) for each in self._layout.columns[field]]
        headers = [self._cells[place] for place in hits]
        if len({plain(each) for each in headers}) < len(headers):
            raise self._fault("The header stands there twice; which one is meant? Remove one.", headers[0])
        listed = ", ".join(repr(each) for each in headers)
        spoken = _SPOKEN.get(field, field)
        if field in _ASKED:
            asked = question(f"columns.{field}", f"Which column is the {spoken}?", [(each, each) for each in headers])
            raise StatementFault(
                f"{listed} can each be the {spoken}. Choose which column it is.",
                file=self._name, line=self._line, question=asked,
            )  # fmt: skip
        first = min(hits, key=lambda place: order.index(plain(self._cells[place])))
        rest = ", ".join(repr(self._cells[place]) for place in hits if place != first)
        self._notes.append(f"{self._cells[first]!r} is read as the {spoken}; {rest} is not used.")
        return first

    def _fault(self, detail: str, column: str) -> StatementFault:
        return StatementFault(detail, file=self._name, line=self._line, column=column)


def _fault(name: str, layout: Layout, best: _Closest, chosen: Mapping[str, str]) -> StatementFault:
    cells = best.cells
    found = {plain(cell): cell for cell in cells}
    for field in layout.required.fields:
        if _named(cells, layout, field, chosen):
            continue
        names = layout.columns.get(field, ())
        near = get_close_matches(plain(names[0]), list(found), n=1) if names else []
        hint = f" {found[near[0]]!r} looks like it." if near else ""
        asked = _which(field, cells, layout, chosen)
        way = "Choose which column it is." if asked else "Choose another layout, or add the name to this one."
        return StatementFault(
            f"No column is the {_SPOKEN.get(field, field)}: one of the first {SEARCHED_LINES} lines must name"
            f" {', '.join(repr(each) for each in names[:4])} or the like.{hint} {way}",
            file=name, line=best.number, question=asked,
        )  # fmt: skip
    return StatementFault("No line names all that is required; choose another layout.", file=name, line=best.number)


def _which(field: str, cells: Sequence[str], layout: Layout, chosen: Mapping[str, str]) -> Question | None:
    """Which of the columns that are nothing else a field is; None: no line looks like a header."""
    taken = {header.strip() for header in chosen.values()}
    others = [(each, _names(layout, each)) for each in FIELDS if each != field and each not in chosen]
    words = Counter(cell.strip() for cell in cells)
    free = [
        cell for cell, times in words.items()
        if cell and times == 1 and cell not in taken and not any(_means(cell, *each) for each in others)
    ]  # fmt: skip
    answers = [(each, each) for each in free]
    if cells and field not in ESSENTIAL:
        answers.append((NONE, _WITHOUT.get(field, "The statement has none")))
    spoken = _SPOKEN.get(field, field)
    return question(f"columns.{field}", f"Which column is the {spoken}?", answers) if answers else None


_WITHOUT = {"quantity": "The statement has none: every line counts as 0"}
