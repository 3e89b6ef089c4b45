"""What a period looks like is shown by example, not by the codes of a programming language."""

from __future__ import annotations

import pytest

from maxbooster_distribution.royalties.months import Months


@pytest.mark.parametrize(
    ("forms", "known"),
    [
        (("%Y-%m",), "2026-11"),
        (("%Y-%m-%d", "%m/%d/%Y"), "2026-11-30 or 11/30/2026"),
        (("%B %Y", "%Y%m"), "November 2026 or 202611"),
    ],
)
def test_a_period_that_cannot_be_read_is_answered_by_an_example(forms, known):
    months = Months("auto", forms, lambda: 1)
    with pytest.raises(ValueError, match=f"such as {known}"):
        months.month("last summer", "period")
