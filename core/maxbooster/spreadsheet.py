"""Text on its way into a spreadsheet: what a cell says must never run as a formula (OWASP, CSV injection)."""

from __future__ import annotations

import unicodedata

_FORMULA = frozenset("=+-@")


def csv_text(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would compute it.

    Spreadsheets skip what is invisible, and take wide forms (`＝`) for plain ones. Text that begins with a control
    character is marked too.
    """
    seen = next((each for each in text if unicodedata.category(each)[0] not in "ZC"), "")
    formula = unicodedata.normalize("NFKC", seen)[:1] in _FORMULA if seen else False
    control = unicodedata.category(text[0]) == "Cc" if text else False
    return f"'{text}" if formula or control else text
