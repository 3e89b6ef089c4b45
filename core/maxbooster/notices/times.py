"""The mornings at which digests come, in each person's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from ..errors import Invalid, suggestion

HOUR: Final = 8
MONDAY: Final = 0


class Times(Struct, frozen=True, kw_only=True):
    zone: str = "UTC"
    hour: int = HOUR
    weekday: int = MONDAY
    language: str = "en"


USUAL: Final = Times()


def zone_of(name: str) -> ZoneInfo:
    """
    Raises:
        Invalid: there is no time zone of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            f"There is no time zone {name!r}; write it like Europe/Berlin.{suggestion(name, _names())}", field="zone"
        ) from None


@lru_cache(maxsize=1)
def _names() -> list[str]:
    from zoneinfo import available_timezones

    return sorted(available_timezones())


def next_morning(times: Times, now: datetime, *, weekly: bool = False) -> datetime:
    """The next time (UTC) at which their clock shows the hour of the digest, after now. Where clocks go forward over
    that hour it comes as much later; where they go back it comes once, at the first of the two."""
    zone = zone_of(times.zone)
    day = now.astimezone(zone).date()
    while True:
        at = datetime.combine(day, time(times.hour), zone).astimezone(UTC)
        if at > now and (not weekly or day.weekday() == times.weekday):
            return at
        day += timedelta(days=1)
