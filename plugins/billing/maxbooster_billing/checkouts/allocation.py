"""Dividing an amount exactly. What does not come out even goes to the largest remainders (Hare's quota), so the parts
always add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Parts of `amount` minor units in proportion to `weights`; of equal remainders the first comes first. No part is
    further than one minor unit from its exact share, and each has the sign of `amount`.

    Raises:
        ValueError: a weight is negative, or none is above zero.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"weights {list(weights)}: none may be negative, and one has to be above zero")
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    shares = [divmod(size * weight, total) for weight in weights]
    rest = size - sum(whole for whole, _ in shares)
    first = sorted(range(len(shares)), key=lambda place: -shares[place][1])[:rest]
    return [sign * (whole + (place in first)) for place, (whole, _) in enumerate(shares)]
