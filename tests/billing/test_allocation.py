"""Dividing amounts: the parts add up, and nobody is further than a minor unit from their share."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster_billing.currency import LARGEST
from maxbooster_billing.plugin import allocate


@given(st.integers(-LARGEST, LARGEST), st.lists(st.integers(0, LARGEST), min_size=1, max_size=20).filter(any))
def test_parts_add_up_and_are_fair(amount, weights):
    parts, total = allocate(amount, weights), sum(weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - amount * weight) < total
        assert part == 0 or weight > 0


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=2, max_size=8))
def test_who_has_more_never_gets_less(amount, weights):
    parts = allocate(amount, weights)
    ordered = sorted(zip(weights, parts, strict=True))
    for (lighter, less), (heavier, more) in pairwise(ordered):
        assert lighter == heavier or less <= more


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_nothing_is_divided_by_nothing(weights):
    with pytest.raises(ValueError, match="weights|min"):
        allocate(5, weights)
