"""What found no payee when its statement was imported: a person says whose it is, and it is divided and posted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid

from ..catalogue import queries as catalogue
from ..catalogue.models import Track
from . import queries
from .amounts import divided
from .division import Shares
from .models import UNMATCHED, Statement, Waiting
from .posting import Divided, post_assignments
from .schemas import AssignIn, AssignManyIn, UndoIn, WaitingOut
from .shares import common_shares
from .undoing import Undoing, undo


async def listed(ctx: Context, *, statement_id: UUID | None, assigned: bool, limit: int) -> list[WaitingOut]:
    rows = await queries.waiting(ctx, statement_id=statement_id, assigned=assigned, limit=limit)
    return [WaitingOut.of(row, statement) for row, statement in rows]


async def assign(ctx: Context, id: UUID, to: AssignIn) -> WaitingOut:
    """Divide what waits by the split of a track, or of a release whose tracks are divided alike, and post it. Lines
    with the same code go there from now on.

    Raises:
        NotFound: no such item, track or release in this account.
        Invalid: neither or both of track and release are named.
        Conflict: it was assigned or undone before, or there is no split to divide it by.
    """
    [shown] = await assign_many(ctx, AssignManyIn([id], to.track, to.release))
    return shown


async def assign_many(ctx: Context, to: AssignManyIn) -> list[WaitingOut]:
    """All of them, or none. Raises as `assign`."""
    splits = await queries.splits_in_force(ctx, tracks := await _tracks(ctx, to))
    shares = common_shares([splits.get(track) for track in tracks])
    shown: list[WaitingOut] = []
    parts: list[tuple[UUID, Divided]] = []
    for id in dict.fromkeys(to.items):
        row = await ctx.get(Waiting, id)
        if row.undone_at is not None:
            raise Conflict("This was undone, and does not wait any more. Load the list again.", field="id")
        if row.assigned_at is not None:
            raise Conflict("This was assigned before, and is in the ledger.", field="id")
        if shares is None:
            raise Conflict(_without_split(to), field="track" if to.track else "release")
        statement = await ctx.get(Statement, row.statement_id)
        row.track_id, row.release_id, row.assigned_at = to.track, to.release, ctx.now
        row.split_id = UUID(shares.id)
        _take_off(statement, row)
        ctx.audit("royalty.assigned", row, after={"track": to.track, "release": to.release, "lines": row.lines})
        parts.append((row.id, _divided(statement, row, shares)))
        shown.append(WaitingOut.of(row, statement))
    await ctx.write(post_assignments, ctx.account, parts, ctx.now)
    return shown


async def undo_assignment(ctx: Context, id: UUID, wanted: UndoIn) -> None:
    """Take back what an assignment posted; it waits again. What was assigned by its code since stays.

    Raises:
        NotFound: no such item in this account.
        Conflict: it was not assigned.
        PaidAlready: payees have been paid of it, and `overpaid` was not said.
    """
    row = await ctx.get(Waiting, id)
    if row.undone_at is not None:
        return
    if row.assigned_at is None:
        raise Conflict("This is not assigned, so there is nothing to undo.", field="id")
    statement = await ctx.get(Statement, row.statement_id)
    row.undone_at = ctx.now
    again = Waiting(
        statement_id=row.statement_id, reason=row.reason, isrc=row.isrc, upc=row.upc, title=row.title,
        artist=row.artist, lines=row.lines, units=row.units,
    )  # fmt: skip
    ctx.add(again)
    _put_back(statement, row)
    ctx.audit("royalty.unassigned", row, after={"reason": wanted.reason, "overpaid": wanted.overpaid})
    undoing = Undoing(
        name=f"assignment:{id}",
        vouchers=[f"assignment:{id}:"],
        part=id,
        source=statement.source,
        currency=statement.currency or "",
        amount=0,
        unallocated=-row.units,
        payees={str(each.payee_id): each.amount for each in await queries.allocations_of_part(ctx, id)},
        memo=f"Undone: assigned, of a royalty statement from {statement.source}",
        overpaid=wanted.overpaid,
    )
    await ctx.write(undo, ctx.account, undoing, ctx.now)


def _divided(statement: Statement, row: Waiting, shares: Shares) -> Divided:
    payees = dict(zip(shares.payees, divided(row.units, shares.parts, shares.whole), strict=True))
    return Divided(statement.id, statement.source, statement.currency or "", row.units, 0, payees)


async def _tracks(ctx: Context, to: AssignIn | AssignManyIn) -> Sequence[UUID]:
    if (to.track is None) == (to.release is None):
        raise Invalid("Name the track or the release that it belongs to, one of the two.", field="track")
    if to.track is not None:
        await ctx.get(Track, to.track)
    elif to.release is not None:
        await catalogue.release(ctx, to.release)
    return await queries.tracks_meant(ctx, to.track, to.release)


def _without_split(to: AssignIn | AssignManyIn) -> str:
    if to.track is not None:
        return "This track has no split yet: add payees to it, then assign."
    return "The tracks of this release are not all divided alike: assign to a track, or give them the same split."


def _take_off(statement: Statement, row: Waiting) -> None:
    """From what the statement says of its lines without a payee."""
    statement.unallocated -= row.units
    if row.reason == UNMATCHED:
        statement.unmatched -= row.lines
        statement.matched += row.lines
    else:
        statement.unsplit -= row.lines


def _put_back(statement: Statement, row: Waiting) -> None:
    statement.unallocated += row.units
    if row.reason == UNMATCHED:
        statement.unmatched += row.lines
        statement.matched -= row.lines
    else:
        statement.unsplit += row.lines
