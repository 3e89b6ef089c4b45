"""Who has which part of a track's royalties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from maxbooster.plugin import Context, Invalid
from maxbooster_billing.plugin import known_payees

from ..catalogue import queries as catalogue
from ..catalogue.models import Track
from . import queries
from .models import Split
from .schemas import Share, SplitIn, SplitOut, TrackSplit

WHOLES = (10_000, 1_000_000)
"""Basis points, parts per million."""


async def split_of(ctx: Context, track_id: UUID) -> SplitOut:
    """
    Raises:
        NotFound: no such track in this account.
    """
    await ctx.get(Track, track_id)
    row = await queries.split(ctx, track_id)
    if row is None:
        return SplitOut([], 0)
    return SplitOut([Share(UUID(payee), parts) for payee, parts in row.shares], row.whole, row.made_at)


async def set_split(ctx: Context, track_id: UUID, wanted: SplitIn) -> None:
    """Statements that are imported from now on are divided like this; what was posted stays.

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
    shares = [(str(share.payee), share.parts) for share in wanted.shares]
    before = await queries.splits_in_force(ctx, tracks)
    for track in tracks:
        old = before.get(track)
        number = old.number + 1 if old else 1
        ctx.add(Split(track_id=track, number=number, shares=shares, whole=total, made_at=ctx.now))
        ctx.audit("split.set", f"distribution_track:{track}", before=old and old.shares, after=shares)


async def set_release_split(ctx: Context, release_id: UUID, wanted: SplitIn) -> None:
    """Give all tracks of a release the same split. Raises as `set_split`."""
    await catalogue.release(ctx, release_id)
    tracks = [row[0].id for row in await catalogue.tracks_of(ctx, release_id)]
    await _set(ctx, tracks, wanted)


async def listed(ctx: Context) -> list[TrackSplit]:
    """Every track on every release, with its split."""
    rows = await queries.all_tracks(ctx)
    splits = await queries.splits_in_force(ctx, {row.track for row in rows})
    return [_shown(row, splits.get(row.track)) for row in rows]


def _shown(row: Any, split: Split | None) -> TrackSplit:
    title = f"{row.title} ({row.subtitle})" if row.subtitle else row.title
    shares = [Share(UUID(payee), parts) for payee, parts in split.shares] if split else []
    whole = split.whole if split else 0
    return TrackSplit(row.track, title, row.isrc, row.release, row.release_title, row.upc, shares, whole)
