"""What a benchmark finds: figures beside what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


class Skipped(Exception):
    """A service or package that the benchmark needs is missing; the text says which."""


@dataclass(frozen=True)
class Pace:
    """How long and how often is measured."""

    rounds: int = 5
    seconds: float = 3.0
    jobs: int = 4_000
    """How many each job run drains."""

    @classmethod
    def quick(cls) -> Pace:
        return cls(rounds=3, seconds=1.0, jobs=1_000)


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `peer` is what it is divided by. `required` bounds the ratio, `budget` the value itself."""

    name: str
    value: float
    unit: str
    peer: float | None = None
    required: float | None = None
    """The ratio must be at least this; at most, if `at_most`."""
    at_most: bool = False
    budget: float | None = None
    """The value must be at most this. Absolute: it depends on the machine."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer if self.peer else None

    @property
    def passed(self) -> bool | None:
        """None where nothing is required."""
        if self.budget is not None:
            return self.value <= self.budget
        if self.required is None or self.ratio is None:
            return None
        return self.ratio <= self.required if self.at_most else self.ratio >= self.required

    def record(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "passed": self.passed}


def alternately(rounds: int, measures: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each, measured in turn, and in the opposite order every other time."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for turn in range(rounds):
        for name in list(measures)[:: 1 if turn % 2 == 0 else -1]:
            found[name].append(measures[name]())
    return {name: median(values) for name, values in found.items()}


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


_HEAD = ("figure", "value", "compared with", "ratio", "required", "", "note")


def table(figures: list[Figure]) -> str:
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])


def _row(figure: Figure) -> tuple[str, ...]:
    sign = "≤" if figure.at_most else "≥"
    required = f"{sign} {figure.required:g} ×" if figure.required is not None else ""
    return (
        figure.name,
        f"{_number(figure.value)} {figure.unit}",
        f"{_number(figure.peer)} {figure.unit}" if figure.peer is not None else "",
        f"{figure.ratio:.2f} ×" if figure.ratio is not None else "",
        f"budget {figure.budget:g} {figure.unit}" if figure.budget is not None else required,
        {True: "ok", False: "MISSED", None: ""}[figure.passed],
        figure.note,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
