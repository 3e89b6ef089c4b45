"""Amounts of money: integers in a currency's minor unit, and how they are written."""

from __future__ import annotations

import re

from maxbooster.plugin import Invalid

LARGEST = 10**15
"""Of one amount, in minor units. A book's balance keeps to nine times as much, so that JavaScript counts it exactly."""

_CODE = re.compile(r"[A-Z]{3}")
_WITHOUT = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
_THOUSANDTHS = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
_DIGITS = dict.fromkeys(_WITHOUT, 0) | dict.fromkeys(_THOUSANDTHS, 3) | {"CLF": 4, "UYW": 4}


def digits(currency: str) -> int:
    """How many decimals a currency's minor unit stands for (ISO 4217, list one: two unless said otherwise)."""
    return _DIGITS.get(currency, 2)


def checked_currency(currency: str) -> str:
    """
    Raises:
        Invalid: it does not look like a currency.
    """
    if not _CODE.fullmatch(currency):
        raise Invalid(f"The currency {currency!r} is no ISO 4217 code: three capital letters, EUR.", field="currency")
    return currency


def written(amount: int, currency: str) -> str:
    """`-12.30` for -1230 of EUR; the currency's own number of decimals."""
    places = digits(currency)
    whole, rest = divmod(abs(amount), 10**places)
    return f"{'-' if amount < 0 else ''}{whole}{f'.{rest:0{places}d}' if places else ''}"
