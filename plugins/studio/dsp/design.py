"""Where the numbers in tables.h come from: `python design.py` prints the file (NumPy is all it needs)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LOG2_TERMS = 7
EXP2_TERMS = 5


class Interpolation(NamedTuple):
    """A windowed sinc that finds what lies between the samples: what it keeps near half the rate, a converter may
    keep or lose."""

    name: str
    taps: int
    phases: int
    beta: float


GENTLE = Interpolation("GENTLE", taps=32, phases=4, beta=9.0)
HALFWAY = Interpolation("HALFWAY", taps=64, phases=2, beta=6.0)
QUARTERS = Interpolation("QUARTERS", taps=12, phases=4, beta=7.0)
"""Between the samples and what HALFWAY has put between them: together eight times the rate."""

Numbers = NDArray[np.float64]


def phases(of: Interpolation) -> Numbers:
    """One row per phase between two samples; each has the sum 1."""
    reach = of.taps // 2
    away = np.arange(of.taps) - reach + 1 - (np.arange(1, of.phases) / of.phases)[:, None]
    rows = np.sinc(away) * np.i0(of.beta * np.sqrt(1 - (away / reach) ** 2))
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def log2_polynomial() -> Numbers:
    """c so that log2(1 + t) ≈ t (c0 + c1 t + …) for t in sqrt(1/2) − 1 … sqrt(2) − 1."""
    return _fitted(lambda t: np.log2(1 + t) / t, np.sqrt(0.5) - 1, np.sqrt(2) - 1, LOG2_TERMS)


def exp2_polynomial() -> Numbers:
    """c so that 2^t ≈ 1 + t (c0 + c1 t + …) for t in −1/2 … 1/2."""
    return _fitted(lambda t: (2**t - 1) / t, -0.5, 0.5, EXP2_TERMS)


def _fitted(function: Callable[[Numbers], Numbers], least: float, most: float, terms: int) -> Numbers:
    """At Chebyshev's nodes, which is within a small factor of the best."""
    nodes = np.cos(np.pi * (np.arange(400) + 0.5) / 400) * (most - least) / 2 + (most + least) / 2
    fitted = np.polynomial.Polynomial.fit(nodes, function(nodes), terms - 1).convert()
    return np.asarray(fitted.coef, np.float64)


def table() -> str:
    return "\n".join(
        [
            "/* Written by design.py. */",
            "#pragma once",
            "",
            f"enum {{ LOG2_TERMS = {LOG2_TERMS}, EXP2_TERMS = {EXP2_TERMS} }};",
            _array("LOG2_POLYNOMIAL[LOG2_TERMS]", log2_polynomial()),
            _array("EXP2_POLYNOMIAL[EXP2_TERMS]", exp2_polynomial()),
            *_interpolation(GENTLE),
            *_interpolation(HALFWAY),
            *_interpolation(QUARTERS),
            "",
        ]
    )


def _interpolation(of: Interpolation) -> list[str]:
    """By symmetry half the taps do: of the phase in the middle, and of the even and odd part of the one before it."""
    rows, name, reach = phases(of), of.name, of.taps // 2
    nearest_first = rows[:, :reach][:, ::-1]
    middle, before, after = nearest_first[of.phases // 2 - 1], nearest_first[0], rows[0, reach:]
    lines = ["", f"enum {{ {name}_REACH = {reach} }};", _array(f"{name}_MIDDLE[{name}_REACH]", middle)]
    if of.phases > 2:
        lines.append(_array(f"{name}_EVEN[{name}_REACH]", (before + after) / 2))
        lines.append(_array(f"{name}_ODD[{name}_REACH]", (before - after) / 2))
    most = float(np.abs(rows).sum(axis=1).max()) * 1.001
    return [*lines, f"#define {name}_MOST {_number(most)} /* what it can make of samples up to 1 */"]


def _array(name: str, numbers: Numbers) -> str:
    return f"static const float {name} = {{{', '.join(map(_number, numbers))}}};"


def _number(number: float) -> str:
    return f"{np.float32(number):.9e}f"


if __name__ == "__main__":
    sys.stdout.write(table())
