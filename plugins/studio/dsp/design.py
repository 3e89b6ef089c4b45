"""Where the numbers in tables.h come from: `python design.py` prints the file (NumPy is all it needs)."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

TAPS = 32
PHASES = 4
BETA = 5.0
"""Kaiser. The reach to both sides, the raster between two samples and the window: see docs/studio/kernel.md for what
they give."""

LOG2_TERMS = 9
EXP2_TERMS = 6

Numbers = NDArray[np.float64]


def true_peak_phases() -> Numbers:
    """One row per phase between two samples: a windowed sinc whose sum is 1."""
    reach = TAPS // 2
    away = np.arange(TAPS) - reach + 1 - (np.arange(1, PHASES) / PHASES)[:, None]
    rows = np.sinc(away) * np.i0(BETA * np.sqrt(1 - (away / reach) ** 2))
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def log2_polynomial() -> Numbers:
    """c so that log2(1 + t) ≈ t (c0 + c1 t + …) for t in sqrt(1/2) − 1 … sqrt(2) − 1."""
    return _fitted(lambda t: np.log2(1 + t) / t, np.sqrt(0.5) - 1, np.sqrt(2) - 1, LOG2_TERMS)


def exp2_polynomial() -> Numbers:
    """c so that 2^t ≈ 1 + t (c0 + c1 t + …) for t in −1/2 … 1/2."""
    return _fitted(lambda t: (2**t - 1) / t, -0.5, 0.5, EXP2_TERMS)


def _fitted(function, least: float, most: float, terms: int) -> Numbers:
    """At Chebyshev's nodes, which is within a small factor of the best."""
    nodes = np.cos(np.pi * (np.arange(400) + 0.5) / 400) * (most - least) / 2 + (most + least) / 2
    return np.polynomial.Polynomial.fit(nodes, function(nodes), terms - 1).convert().coef


def table() -> str:
    phases = true_peak_phases()
    reach, mirrored = TAPS // 2, PHASES // 2 - 1
    middle = phases[mirrored][:reach]
    early = phases[:mirrored]
    late = early[:, ::-1]
    most = max(1.0, float(np.abs(phases).sum(axis=1).max())) * 1.001
    return "\n".join(
        [
            "/* Written by design.py. */",
            "#pragma once",
            "",
            f"enum {{ TRUE_PEAK_TAPS = {TAPS}, TRUE_PEAK_PHASES = {PHASES}, TRUE_PEAK_MIRRORED = {mirrored},",
            f"       LOG2_TERMS = {LOG2_TERMS}, EXP2_TERMS = {EXP2_TERMS} }};",
            "",
            "/* The most that any phase can make of samples up to 1. */",
            f"#define TRUE_PEAK_MOST {_number(most)}",
            _array("TRUE_PEAK_MIDDLE[TRUE_PEAK_TAPS / 2]", middle),
            _array("TRUE_PEAK_EVEN[TRUE_PEAK_MIRRORED][TRUE_PEAK_TAPS / 2]", (early + late)[:, :reach] / 2),
            _array("TRUE_PEAK_ODD[TRUE_PEAK_MIRRORED][TRUE_PEAK_TAPS / 2]", (early - late)[:, :reach] / 2),
            _array("LOG2_POLYNOMIAL[LOG2_TERMS]", log2_polynomial()),
            _array("EXP2_POLYNOMIAL[EXP2_TERMS]", exp2_polynomial()),
            "",
        ]
    )


def _array(name: str, numbers: Numbers) -> str:
    return f"static const float {name} = {_braced(numbers)};"


def _braced(numbers: Numbers) -> str:
    if numbers.ndim > 1:
        return "{" + ", ".join(map(_braced, numbers)) + "}"
    return "{" + ", ".join(map(_number, numbers)) + "}"


def _number(number: float) -> str:
    return f"{np.float32(number):.9e}f"


if __name__ == "__main__":
    sys.stdout.write(table())
