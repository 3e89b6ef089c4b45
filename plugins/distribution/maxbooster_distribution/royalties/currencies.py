"""Currencies that a statement names: in a column, in the header of its amounts, or above them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import iso4217

from .faults import Question, question

_ACTIVE = {each.code for each in iso4217.Currency if each.exponent is not None}
"""ISO 4217's active list, without metals, bond units and codes for testing."""
_DOLLARS = frozenset(
    (
        "USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD", "BBD", "BMD", "BSD", "BZD", "FJD",
        "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "TTD", "XCD",
    )
)  # fmt: skip
_SYMBOLS = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "FKP", "GIP", "SHP"}),
    "$": _DOLLARS,
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
}
_WORDS = re.compile(r"[^\W_]+")
_ABOVE = re.compile(r"\bcurrency\b[^A-Za-z0-9]{1,20}([A-Z]{3})\b", re.IGNORECASE)


def active(code: str) -> str:
    """
    Raises:
        ValueError: it is not a currency of ISO 4217 that is in use.
    """
    if code not in _ACTIVE:
        raise ValueError(f"{code!r} is not a currency in use (ISO 4217), such as EUR or USD.")
    return code


def parted(header: str) -> tuple[str, frozenset[str]]:
    """The header of an amount without its currency, and what that may be: one, several (`$`), or none said."""
    words = _WORDS.findall(header)
    for place in (-1, 0):
        if len(words) > 1 and words[place].upper() in _ACTIVE:
            rest = words[:-1] if place else words[1:]
            return " ".join(each for each in rest if each.casefold() != "in"), frozenset({words[place].upper()})
    for symbol, meant in _SYMBOLS.items():
        if symbol in header:
            return header.replace(symbol, ""), meant
    return header, frozenset()


def above(lines: Sequence[str]) -> str | None:
    """The currency that the lines above the header name, as in `Currency: USD`."""
    said = {found.upper() for line in lines for found in _ABOVE.findall(line) if found.upper() in _ACTIVE}
    return said.pop() if len(said) == 1 else None


class Currencies:
    """What one statement says of its currency: in the header of its amounts, in a column, or chosen at its import."""

    def __init__(self, header: frozenset[str], chosen: str | None, *, column: bool) -> None:
        self._header, self._chosen, self._column = header, chosen, column
        self._spoken = ""
        self.accepted: frozenset[str] = frozenset()
        """What a line may say."""

    def begin(self, said: str) -> str:
        """The statement's currency, from its first line.

        Raises:
            ValueError: it says none (then with a question), an unknown one, or two.
        """
        [alone] = self._header if len(self._header) == 1 else [""]
        code = said.upper() or alone or self._chosen or ""
        if not code:
            likely = sorted(self._header) or ["EUR", "USD", "GBP"]
            asked = question("currency", "Which currency are the amounts in?", [(each, each) for each in likely])
            raise _Unnamed("The file names no currency. Choose the one that its amounts are in.", asked)
        active(code)
        if self._header and code not in self._header:
            raise ValueError(f"The header of the amounts says {' or '.join(sorted(self._header))}, not {code}.")
        if self._chosen and self._chosen != code:
            raise ValueError(
                f"The file is in {code}, but {self._chosen} was chosen. Import it without a currency, or with {code}."
            )
        self._spoken = code
        silent = {""} if not self._column or alone or self._chosen else set()
        self.accepted = frozenset({code, *silent})
        return code

    def check(self, said: str) -> None:
        """
        Raises:
            ValueError: a line is in another currency.
        """
        if not said:
            raise ValueError(f"This line names no currency; the others are in {self._spoken}. Fill it in.")
        if said.upper() != self._spoken:
            active(said.upper())
            raise ValueError(f"The statement is in {self._spoken}: import each currency as a file of its own.")


class _Unnamed(ValueError):
    def __init__(self, detail: str, asked: Question) -> None:
        super().__init__(detail)
        self.question = asked
