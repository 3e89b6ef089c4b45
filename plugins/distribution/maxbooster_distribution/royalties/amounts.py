"""Royalty arithmetic: integers of one fixed small unit, so that nothing is lost and nothing appears.

A unit is 10⁻⁸ of a currency's minor unit: 10⁻¹⁰ EUR. Lines are read into units, split in units, and only what is whole
in the minor unit is credited; the rest is carried to the payee's next credit.
"""

from __future__ import annotations

from collections.abc import Sequence

PER_MINOR = 10**8
"""Units in one minor unit."""
DECIMALS = 8
"""Decimals of a minor unit that a unit stands for."""


def divided(amount: int, parts: Sequence[int], whole: int) -> list[int]:
    """An amount of units in proportion to `parts`, which add up to `whole`. What comes out adds up to what went in:
    each is rounded towards zero, and the units left go one by one to the largest remainders, the earlier first."""
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    shares = [size * part // whole for part in parts]
    left = size - sum(shares)
    if not left:
        return [sign * share for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-(size * parts[place] % whole), place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return [sign * share for share in shares]


def credited(amount: int, carried: int) -> tuple[int, int]:
    """What is credited in minor units, and the units that are carried on: 0 ≤ carried < one minor unit."""
    return divmod(carried + amount, PER_MINOR)


def written(units: int, digits: int) -> str:
    """Units as an amount of currency, with every decimal that they have."""
    places = digits + DECIMALS
    whole, rest = divmod(abs(units), 10**places)
    return f"{'-' if units < 0 else ''}{whole}.{rest:0{places}d}"
