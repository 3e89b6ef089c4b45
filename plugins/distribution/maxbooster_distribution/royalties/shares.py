"""Splits as division wants them."""

from __future__ import annotations

from collections.abc import Sequence

from .division import Shares, Timeline
from .models import Split


def shares_of(split: Split) -> Shares:
    payees, parts = zip(*split.shares, strict=True)
    return Shares(str(split.id), payees, parts, split.whole)


def timeline_of(splits: Sequence[Split]) -> Timeline:
    """A track's splits, those that were made later last: they replace earlier ones from the same month."""
    newest = {split.from_month or "": split for split in splits}
    return Timeline(tuple(sorted(newest)), tuple(shares_of(newest[start]) for start in sorted(newest)))


def common_timeline(timelines: Sequence[Timeline]) -> Timeline:
    """The splits of a release as a whole: those of its tracks, for months in which they are the same for all."""
    starts = tuple(sorted({start for each in timelines for start in each.starts}))
    return Timeline(starts, tuple(_common([each.at(start) for each in timelines]) for start in starts))


def _common(shares: Sequence[Shares | None]) -> Shares | None:
    first = shares[0]
    if first is None or any(each is None or _terms(each) != _terms(first) for each in shares):
        return None
    return first


def _terms(shares: Shares) -> tuple[int, list[tuple[str, int]]]:
    return shares.whole, sorted(zip(shares.payees, shares.parts, strict=True))
