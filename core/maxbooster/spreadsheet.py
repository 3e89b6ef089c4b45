"""Text on its way into a spreadsheet: what a cell says must never run as a formula (OWASP, CSV injection)."""

from __future__ import annotations

import unicodedata

_FORMULA = frozenset("=+-@")


def csv_text(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would compute it.

    Spreadsheets skip what is invisible, and take wide forms (`＝`) for plain ones. Text that begins with a control
    character is marked too, and so is what would read as marked: `csv_said` gives back each text as it was.
    """
    return f"'{text}" if _is_marked(text) else text


def csv_said(cell: str) -> str:
    """The text that `csv_text` wrote as this cell. An apostrophe that protects nothing, as in `'Til Tuesday`, stays."""
    return cell[1:] if cell.startswith("'") and _is_marked(cell[1:]) else cell


def _is_marked(text: str) -> bool:
    apostrophes = len(text) - len(text.lstrip("'"))
    return _would_run(text[apostrophes:])


def _would_run(text: str) -> bool:
    seen = next((each for each in text if unicodedata.category(each)[0] not in "ZC"), "")
    formula = unicodedata.normalize("NFKC", seen)[:1] in _FORMULA if seen else False
    control = unicodedata.category(text[0]) == "Cc" if text else False
    return formula or control
