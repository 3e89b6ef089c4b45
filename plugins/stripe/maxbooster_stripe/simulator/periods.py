"""Billing periods: a month after the 31st is the last day of a shorter month, and the day after that the 31st again.

Source: https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def after(start: int, anchor: int, interval: str, count: int) -> int:
    """The end of the period that starts at `start`; the anchor's day of the month is kept where a month has it."""
    begun = datetime.fromtimestamp(start, UTC)
    if interval in _DAYS:
        return int((begun + timedelta(days=_DAYS[interval] * count)).timestamp())
    month = begun.month - 1 + _MONTHS[interval] * count
    year, month = begun.year + month // 12, month % 12 + 1
    day = min(datetime.fromtimestamp(anchor, UTC).day, monthrange(year, month)[1])
    return int(begun.replace(year=year, month=month, day=day).timestamp())
