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
STEEP = Interpolation("STEEP", taps=64, phases=8, beta=6.0)

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
    return np.polynomial.Polynomial.fit(nodes, function(nodes), terms - 1).convert().coef


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
            *_interpolation(STEEP),
            "",
        ]
    )


def _interpolation(of: Interpolation) -> list[str]:
    """By symmetry half the taps do: of the phase in the middle, and of the even and odd part of each before it."""
    rows, name = phases(of), of.name
    reach, mirrored = of.taps // 2, of.phases // 2 - 1
    early, late = rows[:mirrored], rows[:mirrored, ::-1]
    most = float(np.abs(rows).sum(axis=1).max()) * 1.001
    return [
        "",
        f"enum {{ {name}_REACH = {reach}, {name}_MIRRORED = {mirrored} }};",
        f"#define {name}_MOST {_number(most)} /* what it can make of samples up to 1 */",
        _array(f"{name}_MIDDLE[{name}_REACH]", rows[mirrored][:reach]),
        _array(f"{name}_EVEN[{name}_MIRRORED * {name}_REACH]", ((early + late) / 2)[:, :reach].ravel()),
        _array(f"{name}_ODD[{name}_MIRRORED * {name}_REACH]", ((early - late) / 2)[:, :reach].ravel()),
    ]


def _array(name: str, numbers: Numbers) -> str:
    return f"static const float {name} = {{{', '.join(map(_number, numbers))}}};"


def _number(number: float) -> str:
    return f"{np.float32(number):.9e}f"


if __name__ == "__main__":
    sys.stdout.write(table())
