"""Periods as statements write them, as months. `03/04/2026` is March in one country and April in another; the file's
other dates say which, or the person who imports it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

from .conventions import Convention
from .faults import Unsettled, question

Dates = Literal["auto", "day-first", "month-first"]
_ORDERS = {"%m/%d/%Y": "month-first", "%d/%m/%Y": "day-first"}
_EXAMPLE = date(2026, 11, 30)
_YEARS = range(1990, 2101)


class Months:
    """Reads the periods of one file in the forms of a layout. A layout with one of the two orders declares it."""

    def __init__(
        self, said: Dates, forms: tuple[str, ...], line: Callable[[], int], assumed: str | None = None
    ) -> None:
        self._forms = forms
        orders = [_ORDERS[form] for form in forms if form in _ORDERS]
        declared = orders[0] if len(orders) == 1 else None
        self._order = Convention(
            "dates", declared or (said if said != "auto" else None), assumed or "month-first", line
        )
        self._known: dict[str, str] = {}

    def month(self, text: str, field: str) -> str:
        """The month in which a period begins, as `2026-09`.

        Raises:
            ValueError: none of the forms fits, or it is written in another order than the rest.
            OtherWay: see `Convention.prove`.
        """
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._read(text, field)
        return found

    def span(self) -> tuple[str, str]:
        """The first month that was read, and the last."""
        return min(self._known.values()), max(self._known.values())

    def _read(self, text: str, field: str) -> str:
        fits = {form: month for form in self._forms if (month := _month(text.strip(), form)) is not None}
        if not fits:
            known = " or ".join(f"{_EXAMPLE:{form}}" for form in self._forms)
            raise ValueError(f"It is not a date or month in a form that this layout knows, such as {known}.")
        ordered = {_ORDERS[form]: month for form, month in fits.items() if form in _ORDERS}
        if not ordered:
            return next(iter(fits.values()))
        if len(ordered) == 1:
            [(order, month)] = ordered.items()
            self._order.prove(order, text, field)
            return month
        if len(set(ordered.values())) > 1:
            self._order.doubtful(text, field)
        return ordered[self._order.way]

    def settle(self) -> None:
        """At the end of the file.

        Raises:
            Unsettled: a date can be read in two ways.
        """
        doubt = self._order.open
        if doubt is None:
            return
        months = {order: _month(doubt.text.strip(), form) or "" for form, order in _ORDERS.items()}
        words = f"Nothing in the file shows whether this is in {months['month-first']} or {months['day-first']}."
        asked = question(
            "dates", f"What is {doubt.text}?",
            [(order, f"{month}, the {order.partition('-')[0]} comes first") for order, month in months.items()],
        )  # fmt: skip
        raise Unsettled(f"{words} Choose the order of the dates, and import it again.", asked, doubt)


def _month(text: str, form: str) -> str | None:
    try:
        found = datetime.strptime(text, form)
    except ValueError:
        return None
    return f"{found:%Y-%m}" if found.year in _YEARS else None
