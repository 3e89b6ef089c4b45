"""Codes as statements write them. Only a code that can name one recording or product is an identity."""

from __future__ import annotations

import re
import unicodedata

from ..catalog.identifiers import without_label

_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+|[0-9]+[.,]0+")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_GTIN = re.compile(r"[0-9]{12,14}")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212'’\u00ad\u200b-\u200f\u2060\ufeff]+")
_PLACEHOLDERS = frozenset(
    (
        "", "NA", "NAN", "NIL", "NONE", "NULL", "UNKNOWN", "UNDEFINED", "UNASSIGNED", "MISSING", "PENDING", "TBA",
        "TBC", "TBD", "NOTAPPLICABLE", "NOTAVAILABLE", "NOTASSIGNED", "NOTFOUND", "NOCODE", "NOISRC", "NOUPC", "NOEAN",
        "VALUE", "REF", "VARIOUS", "OTHER", "OTHERS", "DEFAULT", "EMPTY", "BLANK",
    )
)  # fmt: skip
LONGEST = 40


def code(text: str) -> str:
    """An ISRC or UPC without spaces, hyphens and what spreadsheets put around it; upper case. Empty: it is none, but a
    placeholder such as `N/A`, `-` or `0`.

    Raises:
        ValueError: a spreadsheet has turned the code into a rounded number, or it is too long for a code.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if wrapped := _FORMULA.fullmatch(text):
        text = wrapped[1]
    plain = _BETWEEN.sub("", text).upper()
    if _NUMBER.fullmatch(text.strip(" '’").upper()):
        raise ValueError(
            "A spreadsheet has rounded this code to a number. Export the file again, with the column as text."
        )
    if len(plain) > LONGEST:
        raise ValueError(f"It is longer than a code can be ({LONGEST} characters). Is it the right column?")
    return "" if _is_placeholder(plain) else without_label(plain)


def _is_placeholder(plain: str) -> bool:
    """Also a single character again and again: `0`, `999999999999`, `XXXXXXXXXXXX`."""
    letters = "".join(each for each in plain if each.isalnum())
    return letters in _PLACEHOLDERS or len(set(letters)) == 1


def product_code(text: str) -> str:
    """A UPC or EAN with the zeros that spreadsheets take off. Raises as `code`."""
    plain = code(text)
    return plain.lstrip("0").zfill(12) if plain.isdigit() else plain


def names_recording(isrc: str) -> bool:
    return _ISRC.fullmatch(isrc) is not None


def names_product(upc: str) -> bool:
    return _GTIN.fullmatch(upc) is not None
