"""The clock and the states of a delivery, by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.plugin import Conflict
from maxbooster_distribution.deliveries import states
from maxbooster_distribution.deliveries.clock import due, promised, reading

MONDAY = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 1, MONDAY + timedelta(days=1)),
        (MONDAY, 4, MONDAY + timedelta(days=4)),
        (MONDAY, 5, MONDAY + timedelta(days=7)),
        (MONDAY + timedelta(days=4), 1, MONDAY + timedelta(days=7)),
        (MONDAY + timedelta(days=5), 1, MONDAY + timedelta(days=7)),
        (MONDAY + timedelta(days=6), 1, MONDAY + timedelta(days=7)),
        (MONDAY + timedelta(days=5), 0, MONDAY + timedelta(days=5)),
    ],
    ids=["none", "tuesday", "friday", "over-a-weekend", "from-friday", "from-saturday", "from-sunday", "on-saturday"],
)
def test_only_monday_to_friday_are_working_days(start, days, expected):
    assert due(start, days) == expected


@given(MOMENTS, st.integers(1, 60))
def test_it_is_due_on_a_working_day_with_as_many_working_days_in_between(start, days):
    end = due(start, days)
    passed = [start + timedelta(days=number) for number in range(1, (end - start).days + 1)]
    assert end.strftime("%a") not in ("Sat", "Sun")
    assert sum(day.strftime("%a") not in ("Sat", "Sun") for day in passed) == days


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (None, MONDAY + timedelta(days=2)),
        (date(2026, 12, 1), MONDAY + timedelta(days=2)),
        (date(2026, 12, 2), MONDAY + timedelta(days=2)),
        (date(2026, 12, 3), datetime(2026, 12, 3, tzinfo=UTC)),
        (date(2027, 3, 6), datetime(2027, 3, 6, tzinfo=UTC)),
    ],
)
def test_nothing_is_due_before_it_is_released(release, expected):
    assert due(MONDAY, 2, release) == expected


@pytest.mark.parametrize(
    ("simulated_s", "usual", "most"),
    [
        (0, MONDAY, MONDAY + timedelta(hours=1)),
        (90, MONDAY + timedelta(seconds=90), MONDAY + timedelta(hours=1)),
        (7200, MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=2)),
    ],
    ids=["at-once", "soon", "later-than-an-hour"],
)
def test_a_simulated_store_is_done_when_it_says_and_has_an_hour_for_it(simulated_s, usual, most):
    assert promised(MONDAY, (2, 5), None, simulated_s) == (usual, most)


def test_a_real_store_is_done_within_its_own_terms_and_not_before_the_release():
    assert promised(MONDAY, (2, 5), None, None) == (MONDAY + timedelta(days=2), MONDAY + timedelta(days=7))
    released = datetime(2027, 3, 6, tzinfo=UTC)
    assert promised(MONDAY, (2, 5), released.date(), None) == (released, released)


AFTER = MONDAY + timedelta(hours=4)


@pytest.mark.parametrize("state", ["queued", "packaging", "sending", "sent", "acknowledged"])
@pytest.mark.parametrize(
    ("now", "says"),
    [
        (MONDAY, "on time"),
        (MONDAY + timedelta(hours=3), "on time"),
        (MONDAY + timedelta(hours=3, seconds=1), "at risk"),
        (AFTER, "at risk"),
        (AFTER + timedelta(microseconds=1), "late"),
        (AFTER + timedelta(days=90), "late"),
    ],
)
def test_the_clock_runs_while_an_answer_is_awaited(state, now, says):
    assert reading(state, MONDAY, AFTER, now) == says


@pytest.mark.parametrize("state", ["live", "down", "rejected", "failed"])
@pytest.mark.parametrize("now", [MONDAY, AFTER, AFTER + timedelta(days=90)])
def test_the_clock_stands_where_a_delivery_has_ended(state, now):
    assert reading(state, MONDAY, AFTER, now) == "ended"


CAN_BECOME = {
    "queued": {"packaging", "failed"},
    "packaging": {"sending", "failed"},
    "sending": {"sent", "failed"},
    "sent": {"acknowledged", "live", "down", "rejected", "failed"},
    "acknowledged": {"live", "down", "rejected", "failed"},
    "live": {"down", "rejected"},
    "down": set(),
    "rejected": set(),
    "failed": {"queued"},
}


@pytest.mark.parametrize("before", CAN_BECOME)
@pytest.mark.parametrize("after", CAN_BECOME)
def test_what_can_follow_what(before, after):
    if after in CAN_BECOME[before]:
        states.demand(before, after)
        return
    with pytest.raises(Conflict) as refused:
        states.demand(before, after)
    assert refused.value.detail == f"A delivery that is {before} cannot become {after}."
    assert refused.value.field == "state"


def test_every_state_is_under_way_awaited_or_ended():
    assert {"queued", "packaging", "sending"} == states.UNDER_WAY
    assert {"sent", "acknowledged"} == states.AWAITED
    assert {"live", "down", "rejected", "failed"} == states.ENDED
    assert {"sent", "acknowledged", "live", "down"} == states.ARRIVED
    assert set(CAN_BECOME) == states.UNDER_WAY | states.AWAITED | states.ENDED
