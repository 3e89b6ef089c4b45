"""Amounts as Stripe counts them: mostly in ISO 4217's minor units, with exceptions
(https://docs.stripe.com/currencies: zero-decimal currencies, special cases, minimum and maximum charge amounts)."""

from __future__ import annotations

from maxbooster.plugin import Invalid
from maxbooster_billing.plugin import written

_HUNDREDS = {"ISK", "UGX"}
"""Without decimals, and yet counted in hundredths that have to be whole."""
_WHOLE = {"MGA"}
"""Counted in units, though ISO 4217 knows a fifth of it as the minor unit and writes two decimals."""
_TENS = {"BHD", "JOD", "KWD", "OMR", "TND"}
"""In thousandths, of which the last digit has to be zero."""
_LEAST = {
    "USD": 50, "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50,
    "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000,
}  # fmt: skip
"""The least that can be charged, in minor units of ISO 4217."""
_DIGITS_AT_MOST = 8


def to_stripe(currency: str, amount: int) -> int:
    """
    Raises:
        Invalid: Stripe cannot count it.
    """
    if currency in _HUNDREDS:
        return amount * 100
    if currency in _WHOLE:
        if amount % 100:
            raise Invalid(f"Stripe takes whole amounts of {currency} only.", field="amount")
        return amount // 100
    if currency in _TENS and amount % 10:
        raise Invalid(f"Stripe takes amounts of {currency} that end in 0 only: {amount} thousandths.", field="amount")
    return amount


def from_stripe(currency: str, amount: int) -> int:
    """
    Raises:
        Invalid: it is a part of a minor unit of ISO 4217.
    """
    if currency in _HUNDREDS:
        whole, rest = divmod(amount, 100)
        if rest:
            raise Invalid(f"Stripe tells of {amount} hundredths of {currency}, which has none.", field="amount")
        return whole
    return amount * 100 if currency in _WHOLE else amount


def line_fault(currency: str, amount: int) -> str | None:
    """Why Stripe cannot count so many minor units, and what to do instead."""
    try:
        to_stripe(currency, amount)
    except Invalid as error:
        return error.detail
    return None


def total_fault(currency: str, amount: int) -> str | None:
    """Why Stripe cannot charge so many minor units, and what to do instead."""
    if fault := line_fault(currency, amount):
        return fault
    if amount < (least := _LEAST.get(currency, 1)):
        smallest, asked = (f"{written(each, currency)} {currency}" for each in (least, amount))
        return f"The smallest payment that Stripe takes is {smallest}, and this is {asked}."
    if len(str(to_stripe(currency, amount))) > _DIGITS_AT_MOST:
        return f"{written(amount, currency)} {currency} is more than Stripe takes at once: split it."
    return None
