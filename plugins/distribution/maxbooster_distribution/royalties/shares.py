"""Splits as division wants them."""

from __future__ import annotations

from collections.abc import Sequence

from .division import Shares
from .models import Split


def shares_of(split: Split) -> Shares:
    payees, parts = zip(*split.shares, strict=True)
    return Shares(str(split.id), payees, parts, split.whole)


def common_shares(splits: Sequence[Split | None]) -> Shares | None:
    """The split of a release as a whole: that of its tracks, if it is the same for all."""
    first = splits[0] if splits else None
    if first is None or any(each is None or _terms(each) != _terms(first) for each in splits):
        return None
    return shares_of(first)


def _terms(split: Split) -> tuple[int, list[tuple[str, int]]]:
    return split.whole, sorted((payee, parts) for payee, parts in split.shares)
