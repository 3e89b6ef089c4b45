"""Lines that add up others. They are no sales: counted, they would double what was earned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import currencies
from .layouts import plain

_WORDS = frozenset(
    (
        "total", "totals", "grandtotal", "subtotal", "subtotals", "totalamount", "totalearnings", "totalrevenue",
        "totalroyalties", "totalnet", "nettotal", "totaldue", "totalpayable", "sum", "balance", "amountdue", "summe",
        "zwischensumme", "gesamt", "gesamtsumme", "gesamtbetrag", "somme", "soustotal", "totalgeneral", "totale",
        "totalegenerale", "subtotale", "totaal", "suma", "sumatotal", "totalt", "razem", "итого", "всего",
        "合計", "小計", "总计", "合计",
    )
)  # fmt: skip


class Totals:
    """Finds lines that are the sum of those before them: of all, or of those since the last such line."""

    def __init__(self, written: Callable[[int], str]) -> None:
        self._written = written
        self._counted = 0
        """What the lines up to the last total came to."""
        self.notes: list[str] = []

    def told(self, most: int) -> list[str]:
        """Which lines were not counted; of more than `most`, how many."""
        if len(self.notes) <= most:
            return self.notes
        rest = len(self.notes) - most + 1
        return [*self.notes[: most - 1], f"{rest} more lines are totals, too, and were not counted."]

    def is_total(self, line: int, words: Sequence[str], nameless: bool, units: int, before: int | None) -> bool:
        """Whether a line without a code is the sum of those before it, which come to `before` (None: there are
        none); it is told and not counted.

        Raises:
            ValueError: it may be one, and only a person can say.
        """
        said = says_total(words)
        sums = before is not None and units in (before, before - self._counted)
        if said and sums and before is not None:
            self.notes.append(f"Line {line} is a total ({self._written(units)}) and was not counted.")
            self._counted = before
            return True
        if said:
            raise ValueError(
                f"It looks like a total, but the lines before it come to {self._written(before or 0)}."
                " Remove the line if it is a total; give it its code if it is a sale."
            )
        if nameless and sums and units:
            raise ValueError(
                "It has no code, title or artist, and is exactly what the lines before it come to. It looks like a"
                " total: remove the line, or give it a title."
            )
        return False


def says_total(cells: Sequence[str]) -> bool:
    return any(plain(currencies.parted(cell.rstrip(": "))[0]) in _WORDS for cell in cells if cell)
