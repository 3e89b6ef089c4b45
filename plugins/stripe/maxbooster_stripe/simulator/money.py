"""Amounts, currencies and what things cost. The rates are those of Stripe's public pricing pages, as a simulation.

Sources: https://docs.stripe.com/currencies (zero-decimal, three-decimal, minimum and maximum amounts),
https://stripe.com/pricing
"""

from __future__ import annotations

from fractions import Fraction

from .errors import Refusal

ZERO_DECIMAL = {
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
}  # fmt: skip
THREE_DECIMAL = {"bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd"}
_TWO_DECIMAL = {
    "aed", "aud", "bgn", "brl", "cad", "chf", "cny", "cop", "czk", "dkk", "egp", "eur", "gbp", "hkd", "huf", "idr",
    "ils", "inr", "isk", "kes", "mad", "mxn", "myr", "ngn", "nok", "nzd", "pen", "php", "pln", "ron", "rsd", "sar",
    "sek", "sgd", "thb", "try", "twd", "uah", "usd", "zar",
}  # fmt: skip
WHOLE_HUNDREDS = {"isk", "ugx"}
"""Without decimals, and yet given in hundredths, of which the last two digits are 0."""
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | _TWO_DECIMAL | WHOLE_HUNDREDS
_LARGEST = 99_999_999
_SMALLEST = {"gbp": 30, "jpy": 50, "dkk": 250, "nok": 300, "sek": 300, "mxn": 1000, "hkd": 400, "pln": 200,
             "czk": 1500, "huf": 17500, "aed": 200, "bgn": 100, "myr": 200, "ron": 200, "thb": 1000}  # fmt: skip
_CARD_RATES = {"usd": ("2.9", 30), "eur": ("1.5", 25), "gbp": ("1.5", 20), "jpy": ("3.6", 0), "aud": ("1.75", 30)}
_DISPUTE_FEES = {"usd": 1500, "eur": 2000, "gbp": 2000, "jpy": 1300}


def currency(given: str) -> str:
    """
    Raises:
        Refusal: not a three-letter code that Stripe supports.
    """
    if (lower := given.lower()) not in CURRENCIES:
        raise Refusal(
            f"Invalid currency: {lower}. Stripe currently supports these currencies: {', '.join(sorted(CURRENCIES))}",
            param="currency",
        )
    return lower


def charged_amount(amount: int, code: str) -> int:
    """
    Raises:
        Refusal: not positive, below or above what can be charged, or a fraction that the currency lacks.
    """
    positive(amount)
    if amount > _LARGEST:
        raise Refusal(f"Amount must be no more than {_LARGEST}", code="amount_too_large", param="amount")
    smallest = _SMALLEST.get(code, 50)
    if amount < smallest:
        raise Refusal(f"Amount must convert to at least {smallest} {code}.", code="amount_too_small", param="amount")
    if code in THREE_DECIMAL and amount % 10:
        raise Refusal(
            f"Amounts in {code} must have 0 as their last digit, got {amount}.", code="invalid_amount", param="amount"
        )
    if code in WHOLE_HUNDREDS and amount % 100:
        raise Refusal(f"Amounts in {code} must end in 00, got {amount}.", code="invalid_amount", param="amount")
    return amount


def positive(amount: int, param: str = "amount") -> int:
    """
    Raises:
        Refusal: smaller than 1.
    """
    if amount < 1:
        raise Refusal("This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=param)
    return amount


def share(amount: int, percent: str | float) -> int:
    """That percentage of the amount, half a unit rounded away from zero."""
    exact = Fraction(str(percent)) * abs(amount) / 100
    rounded = int(exact + Fraction(1, 2))
    return rounded if amount >= 0 else -rounded


def card_fee(amount: int, code: str) -> int:
    percent, fixed = _CARD_RATES.get(code, ("2.9", 30))
    return share(amount, percent) + fixed


def debit_fee(amount: int) -> int:
    """0.8 percent, at most 5.00."""
    return min(share(amount, "0.8"), 500)


def dispute_fee(code: str) -> int:
    return _DISPUTE_FEES.get(code, 1500)


def instant_payout_fee(amount: int) -> int:
    """1 percent, at least 0.50.

    Source: https://docs.stripe.com/payouts/instant-payouts
    """
    return max(share(amount, 1), 50)


def shown(amount: int, code: str) -> str:
    """As it is written on a page."""
    places = 0 if code in ZERO_DECIMAL | WHOLE_HUNDREDS else 3 if code in THREE_DECIMAL else 2
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount) // (100 if code in WHOLE_HUNDREDS else 1), 10**places)
    return f"{sign}{whole:,}{f'.{part:0{places}}' if places else ''} {code.upper()}"
