"""What found no payee when its statement was imported: a person says whose it is, and it is divided and posted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid

from ..catalogue import queries as catalogue
from ..catalogue.models import Track
from . import queries
from .amounts import divided
from .models import UNMATCHED, Statement, Waiting
from .posting import Divided, post_assignment
from .schemas import AssignIn, WaitingOut
from .shares import common_shares


async def listed(ctx: Context, *, statement_id: UUID | None, assigned: bool, limit: int) -> list[WaitingOut]:
    rows = await queries.waiting(ctx, statement_id=statement_id, assigned=assigned, limit=limit)
    return [WaitingOut.of(row, statement) for row, statement in rows]


async def assign(ctx: Context, id: UUID, to: AssignIn) -> WaitingOut:
    """Divide what waits by the split of a track, or of a release whose tracks are divided alike, and post it. Lines
    with the same codes go there from now on.

    Raises:
        NotFound: no such item, track or release in this account.
        Invalid: neither or both of track and release are named.
        Conflict: it was assigned before, or there is no split to divide it by.
    """
    row = await ctx.get(Waiting, id)
    if row.assigned_at is not None:
        raise Conflict("This was assigned before, and is in the books.", field="id")
    splits = await queries.splits_in_force(ctx, tracks := await _tracks(ctx, to))
    shares = common_shares([splits.get(track) for track in tracks])
    if shares is None:
        raise Conflict(_without_split(to), field="track" if to.track else "release")
    statement = await ctx.get(Statement, row.statement_id)
    row.track_id, row.release_id, row.assigned_at = to.track, to.release, ctx.now
    row.split_id = UUID(shares.id)
    _take_off(statement, row)
    ctx.audit("royalty.assigned", row, after={"track": to.track, "release": to.release, "lines": row.lines})
    payees = dict(zip(shares.payees, divided(row.units, shares.parts, shares.whole), strict=True))
    part = Divided(statement.id, statement.source, statement.currency or "", row.units, 0, payees)
    shown = WaitingOut.of(row, statement)
    await ctx.write(post_assignment, ctx.account, row.id, part, ctx.now)
    return shown


async def _tracks(ctx: Context, to: AssignIn) -> Sequence[UUID]:
    if (to.track is None) == (to.release is None):
        raise Invalid("Name the track or the release that it belongs to, one of the two.", field="track")
    if to.track is not None:
        await ctx.get(Track, to.track)
    elif to.release is not None:
        await catalogue.release(ctx, to.release)
    return await queries.tracks_meant(ctx, to.track, to.release)


def _without_split(to: AssignIn) -> str:
    if to.track is not None:
        return "This track has no split yet: say who has which part of it, then assign."
    return "The tracks of this release are not all divided alike: assign to a track, or give them the same split."


def _take_off(statement: Statement, row: Waiting) -> None:
    """From what the statement says of its lines without a payee."""
    statement.unallocated -= row.units
    if row.reason == UNMATCHED:
        statement.unmatched -= row.lines
        statement.matched += row.lines
    else:
        statement.unsplit -= row.lines
