"""Numbers as statements write them: read exactly, or refused. `1.080` is 1080 in one country and 1.08 in another; the
file's other numbers say which, or the person who imports it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from .conventions import Convention
from .faults import Unsettled, question

Decimals = Literal["auto", "point", "comma"]
MARKS = {"point": ".", "comma": ","}
NAMES = {mark: name for name, mark in MARKS.items()}
_USUAL = {",": "point", ";": "comma"}
"""Which decimals go with a file's delimiter."""
_LARGEST = Decimal(10) ** 15

_GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:([ '’\u00a0\u2009\u202f])[0-9]{3})(?:\2[0-9]{3})*)([.,][0-9]*)?")
_NUMBER = re.compile(r"([+-]?)([0-9][0-9.,]*|[.,][0-9]+)")
_EXPONENT = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)[eE]([+-]?[0-9]{1,3})")
_THOUSANDS = {mark: re.compile(rf"[0-9]{{1,3}}(?:\{mark}[0-9]{{3}})+") for mark in NAMES}
_LAKHS = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")
_NO_NUMBER = "It is not a number."


class Numbers:
    """Reads the numbers of one file."""

    def __init__(
        self, said: Decimals, declared: Decimals, delimiter: str, line: Callable[[], int], assumed: str | None = None
    ) -> None:
        self._usual = _USUAL.get(delimiter)
        chosen = said if declared == "auto" else declared
        asked = chosen if chosen != "auto" else None
        trusted = declared != "auto" or self._usual in (None, asked)
        self._way = Convention("decimals", asked, assumed or self._usual or "point", line, trusted=trusted)
        self._mark, self._sure = MARKS[self._way.way], False

    def units(self, text: str, scale: int, field: str) -> tuple[int, bool]:
        """An amount as an integer of 10⁻ˢᶜᵃˡᵉ, and whether it had to be rounded (half to even).

        Raises:
            ValueError: it is not a number, or is written in another way than the rest; the words say which.
        """
        whole, mark, rest = text.partition(self._mark)
        digits = whole[1:] if whole[:1] == "-" else whole
        if (
            digits.isdigit()
            and (not mark or (self._sure and rest.isdigit()))
            and len(rest) <= scale
            and len(digits) < 16
            and text.isascii()
        ):
            return int(whole + rest.ljust(scale, "0")), False
        scaled = self.exact(text, field).scaleb(scale)
        rounded = int(scaled.to_integral_value())
        return rounded, rounded != scaled

    def quantity(self, text: str, field: str) -> int | Decimal:
        """Raises as `units`."""
        if text.isdigit() and text.isascii() and len(text) < 16:
            return int(text)
        value = self.exact(text, field)
        whole = int(value)
        return whole if whole == value else value.normalize()

    def exact(self, text: str, field: str) -> Decimal:
        """
        Raises:
            ValueError: as `units`.
        """
        plain = text.strip().replace("\u2212", "-")
        if found := _EXPONENT.fullmatch(plain):
            return _bounded(self._exponent(text, found[1], int(found[2]), field))
        if found := _GROUPED.fullmatch(plain):
            plain = found[1].replace(found[2], "") + (found[3] or "")
            if found[3]:
                return _bounded(self._decimal(plain, found[3][0], text, field))
        match = _NUMBER.fullmatch(plain)
        if match is None:
            raise ValueError(_NO_NUMBER)
        return _bounded(self._signed(plain, match[2], text, field))

    def _signed(self, plain: str, body: str, text: str, field: str) -> Decimal:
        marks = sorted({each for each in body if each in NAMES}, key=body.rindex)
        if not marks:
            return Decimal(plain)
        last = marks[-1]
        if len(marks) == 2:
            return self._both(plain, body, last, text, field)
        if body.count(last) > 1:
            if not _grouped(body, last):
                raise ValueError(_NO_NUMBER)
            self._prove("," if last == "." else ".", text, field)
            return Decimal(plain.replace(last, ""))
        whole, _, rest = body.partition(last)
        if len(rest) != 3 or not 1 <= len(whole) <= 3 or whole[0] == "0":
            return self._decimal(plain, last, text, field)
        self._way.doubtful(text, field)
        return Decimal(plain.replace(last, "." if last == self._mark else ""))

    def _both(self, plain: str, body: str, last: str, text: str, field: str) -> Decimal:
        first = "," if last == "." else "."
        whole = body.rpartition(last)[0]
        if last in whole or not _grouped(whole, first):
            raise ValueError(_NO_NUMBER)
        return self._decimal(plain.replace(first, ""), last, text, field)

    def _exponent(self, text: str, mantissa: str, exponent: int, field: str) -> Decimal:
        if exponent > 0:
            raise ValueError("A spreadsheet has shortened this number. Export the file again, with all its digits.")
        for mark in NAMES:
            if mark in mantissa:
                self._prove(mark, text, field)
        return Decimal(mantissa.replace(",", ".")).scaleb(exponent)

    def _decimal(self, plain: str, mark: str, text: str, field: str) -> Decimal:
        self._prove(mark, text, field)
        return Decimal(plain.replace(mark, "."))

    def _prove(self, mark: str, text: str, field: str) -> None:
        self._way.prove(NAMES[mark], text, field)
        self._mark, self._sure = mark, True

    def settle(self) -> None:
        """At the end of the file.

        Raises:
            Unsettled: a number can be read in two ways.
        """
        doubt = self._way.open
        if doubt is None:
            return
        text = doubt.text.strip()
        values = {name: _read_by(mark, text) for name, mark in MARKS.items()}
        offered = [name for name in MARKS if name == self._usual or self._usual is None]
        words = f"Nothing in the file shows whether this is {values['comma']} or {values['point']}."
        asked = question(
            "decimals", f"What is {text}?", [(name, f"{values[name]}, a decimal {name}") for name in offered]
        )
        raise Unsettled(f"{words} {self._way_out(offered)}", asked, doubt)

    def _way_out(self, offered: list[str]) -> str:
        if self._usual is None:
            return "Choose the decimals, point or comma, and import it again."
        other = next(name for name in MARKS if name not in offered)
        return (
            f"Files with this delimiter have a decimal {self._usual}: choose that if it is right. If a decimal {other}"
            f' is meant, import it with a layout that says `decimals = "{other}"`, or export it as tab-separated text.'
        )


def _read_by(mark: str, text: str) -> str:
    other = "," if mark == "." else "."
    return text.replace(other, "").replace(mark, ".")


def _grouped(body: str, mark: str) -> bool:
    """Whether a whole number is written with this mark between its thousands (or, in India, its lakhs)."""
    return bool(_THOUSANDS[mark].fullmatch(body)) or (mark == "," and bool(_LAKHS.fullmatch(body)))


def _bounded(value: Decimal) -> Decimal:
    if abs(value) >= _LARGEST or value.as_tuple().exponent < -40:  # type: ignore[operator]
        raise ValueError("It is too large or too small for an amount of money.")
    return value
