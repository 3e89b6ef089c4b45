"""The clock of a delivery: when a store should be done by its own terms, and whether that is in danger."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from .states import ENDED

Clock = Literal["ended", "on time", "at risk", "late"]
_DANGER = 0.75
"""The share of the time after which a delivery without an answer is at risk."""


def due(start: datetime, working_days: int, release_date: date | None = None) -> datetime:
    """So many working days after the start, or the release date if that is later."""
    day, left = start, working_days
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    published = datetime.combine(release_date, time(), UTC) if release_date else day
    return max(day, published)


_SIMULATED_AT_MOST = timedelta(hours=1)


def promised(
    now: datetime, sla_days: tuple[int, int], released: date | None, simulated_s: float | None
) -> tuple[datetime, datetime]:
    """When a store should be done, usually and at most: by its own terms, or as soon as a simulator says."""
    if simulated_s is not None:
        usual = now + timedelta(seconds=simulated_s)
        return usual, max(usual, now + _SIMULATED_AT_MOST)
    usual, most = (due(now, days, released) for days in sla_days)
    return usual, most


def reading(state: str, start: datetime, due_at: datetime, now: datetime) -> Clock:
    if state in ENDED:
        return "ended"
    if now > due_at:
        return "late"
    return "at risk" if now > start + (due_at - start) * _DANGER else "on time"
