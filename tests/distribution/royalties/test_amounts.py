"""Royalty arithmetic: nothing is lost and nothing appears."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from maxbooster_distribution.royalties.amounts import PER_MINOR, credited, divided

AMOUNTS = st.integers(-(10**15), 10**15)
PARTS = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=12)


@given(AMOUNTS, PARTS)
def test_shares_add_up_and_are_within_a_unit_of_their_part(amount, parts):
    shares = divided(amount, parts, sum(parts))
    assert sum(shares) == amount
    for share, part in zip(shares, parts, strict=True):
        assert abs(share - Fraction(amount * part, sum(parts))) < 1


@given(st.lists(AMOUNTS, max_size=20))
def test_what_is_credited_and_carried_is_all_that_came(amounts):
    total = carried = 0
    for amount in amounts:
        whole, carried = credited(amount, carried)
        total += whole
        assert 0 <= carried < PER_MINOR
    assert total * PER_MINOR + carried == sum(amounts)
