"""Who has which part of a track's royalties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from maxbooster.plugin import Context, Invalid, Page
from maxbooster_billing.plugin import known_payees

from ..catalog import queries as catalog
from ..catalog.models import Track
from . import queries
from .models import Split
from .schemas import Share, SplitIn, SplitOut, SplitPeriod, TrackSplit

WHOLES = (10_000, 1_000_000)
"""Basis points, parts per million."""


async def split_of(ctx: Context, track_id: UUID) -> SplitOut:
    """
    Raises:
        NotFound: no such track in this account.
    """
    await ctx.get(Track, track_id)
    periods = _periods((await queries.splits_of(ctx, [track_id])).get(track_id, []))
    now = _at(periods, ctx.now)
    return SplitOut(now.shares, now.whole, now.made_at, periods) if now else SplitOut([], 0, None, periods)


async def set_split(ctx: Context, track_id: UUID, wanted: SplitIn) -> None:
    """Sales from a month on are divided like this, in statements that are imported from now on; what was posted stays.

    Raises:
        NotFound: no such track or payee in this account.
        Invalid: the parts are not the whole, or a payee is named twice.
    """
    await ctx.get(Track, track_id)
    await _set(ctx, [track_id], wanted)


async def _set(ctx: Context, tracks: Sequence[UUID], wanted: SplitIn) -> None:
    payees = [share.payee for share in wanted.shares]
    if len(set(payees)) < len(payees):
        raise Invalid("A payee is named twice: add the parts up.", field="shares")
    total = sum(share.parts for share in wanted.shares)
    if total not in ((wanted.whole,) if wanted.whole else WHOLES):
        whole = str(wanted.whole) if wanted.whole else "10000 (basis points) or 1000000 (parts per million)"
        raise Invalid(f"The parts add up to {total}; they must add up to {whole}.", field="shares")
    await known_payees(ctx, payees)
    shares, start = [(str(share.payee), share.parts) for share in wanted.shares], wanted.from_month
    before = await queries.splits_of(ctx, tracks)
    for track in tracks:
        earlier = before.get(track, [])
        replaced = next((each.shares for each in reversed(earlier) if each.from_month == start), None)
        number = earlier[-1].number + 1 if earlier else 1
        ctx.add(Split(track_id=track, number=number, from_month=start, shares=shares, whole=total, made_at=ctx.now))
        after = {"from_month": start, "shares": shares}
        ctx.audit("split.set", f"distribution_track:{track}", before=replaced, after=after)


async def set_release_split(ctx: Context, release_id: UUID, wanted: SplitIn) -> None:
    """Give all tracks of a release the same split. Raises as `set_split`."""
    await catalog.release(ctx, release_id)
    tracks = [row[0].id for row in await catalog.tracks_of(ctx, release_id)]
    await _set(ctx, tracks, wanted)


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[TrackSplit]:
    """Tracks on releases, with their splits."""
    rows, next = await queries.tracks(ctx, cursor, limit)
    splits = await queries.splits_of(ctx, {row.track for row in rows})
    return Page([_shown(row, _periods(splits.get(row.track, [])), ctx.now) for row in rows], next)


def _shown(row: Any, periods: list[SplitPeriod], now: datetime) -> TrackSplit:
    title = f"{row.title} ({row.subtitle})" if row.subtitle else row.title
    split = _at(periods, now)
    shares, whole = (split.shares, split.whole) if split else ([], 0)
    return TrackSplit(row.track, title, row.isrc, row.release, row.release_title, row.upc, shares, whole, periods)


def _periods(splits: Sequence[Split]) -> list[SplitPeriod]:
    """Those that count, by month; of the same month the one that was made last."""
    newest = {split.from_month or "": split for split in splits}
    return [
        SplitPeriod(
            start or None, [Share(UUID(payee), parts) for payee, parts in split.shares], split.whole, split.made_at
        )
        for start, split in sorted(newest.items())
    ]


def _at(periods: Sequence[SplitPeriod], now: datetime) -> SplitPeriod | None:
    month = f"{now:%Y-%m}"
    return next((each for each in reversed(periods) if (each.from_month or "") <= month), None)
