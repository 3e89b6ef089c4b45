"""What found no payee when its statement was imported: a person says whose it is, and it is divided and posted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid, Page

from ..catalog import queries as catalog
from ..catalog.models import Track
from ..events import RoyaltiesAssigned, RoyaltiesUnassigned
from . import queries, sources
from .amounts import divided
from .division import Shares, Timeline
from .models import UNMATCHED, Statement, Waiting
from .posting import Divided, post_assignments
from .schemas import AssignIn, AssignManyIn, UndoIn, WaitingOut
from .shares import common_timeline, timeline_of
from .undoing import Undoing, undo


async def listed(
    ctx: Context, cursor: str | None, limit: int, *, statement_id: UUID | None, assigned: bool
) -> Page[WaitingOut]:
    rows, next = await queries.waiting(ctx, cursor, limit, statement_id=statement_id, assigned=assigned)
    name = await sources.names(ctx)
    return Page([WaitingOut.of(row, statement, name(statement.source)) for row, statement in rows], next)


async def assign(ctx: Context, id: UUID, to: AssignIn) -> WaitingOut:
    """Divide what waits by the split that a track, or a release whose tracks are divided alike, has for its month of
    sale, and post it. Lines with the same code go there from now on.

    Raises:
        NotFound: no such item, track or release in this account.
        Invalid: neither or both of track and release are named.
        Conflict: it was assigned or undone before, or there is no split to divide it by.
    """
    [shown] = await assign_many(ctx, AssignManyIn([id], to.track, to.release))
    return shown


async def assign_many(ctx: Context, to: AssignManyIn) -> list[WaitingOut]:
    """All of them, or none. Raises as `assign`."""
    splits = await queries.splits_of(ctx, tracks := await _tracks(ctx, to))
    timeline = common_timeline([timeline_of(splits.get(track, [])) for track in tracks])
    name = await sources.names(ctx)
    shown: list[WaitingOut] = []
    parts: list[tuple[UUID, Divided]] = []
    for id in dict.fromkeys(to.items):
        row = await ctx.get(Waiting, id)
        if row.undone_at is not None:
            raise Conflict("This was undone, and does not wait any more. Load the list again.", field="id")
        if row.assigned_at is not None:
            raise Conflict("This was assigned before, and is in the ledger.", field="id")
        statement = await ctx.get(Statement, row.statement_id)
        month = row.month or statement.first_month or ""
        if (shares := timeline.at(month)) is None:
            raise Conflict(_without_split(to, month, timeline), field="track" if to.track else "release")
        row.track_id, row.release_id, row.assigned_at = to.track, to.release, ctx.now
        row.split_id = UUID(shares.id)
        _take_off(statement, row)
        ctx.audit("royalty.assigned", row, after={"track": to.track, "release": to.release, "lines": row.lines})
        parts.append((row.id, _divided(statement, name(statement.source), row, shares)))
        shown.append(WaitingOut.of(row, statement, name(statement.source)))
    ctx.emit(RoyaltiesAssigned([id for id, _ in parts], to.track, to.release))
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
        artist=row.artist, month=row.month, lines=row.lines, units=row.units,
    )  # fmt: skip
    ctx.add(again)
    _put_back(statement, row)
    ctx.emit(RoyaltiesUnassigned(id))
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
        memo=f"Undone: assigned, of a royalty statement from {(await sources.names(ctx))(statement.source)}",
        overpaid=wanted.overpaid,
    )
    await ctx.write(undo, ctx.account, undoing, ctx.now)


def _divided(statement: Statement, name: str, row: Waiting, shares: Shares) -> Divided:
    payees = dict(zip(shares.payees, divided(row.units, shares.parts, shares.whole), strict=True))
    return Divided(statement.id, statement.source, name, statement.currency or "", row.units, 0, payees)


async def _tracks(ctx: Context, to: AssignIn | AssignManyIn) -> Sequence[UUID]:
    if (to.track is None) == (to.release is None):
        raise Invalid("Name the track or the release that it belongs to, one of the two.", field="track")
    if to.track is not None:
        await ctx.get(Track, to.track)
    elif to.release is not None:
        await catalog.release(ctx, to.release)
    return await queries.tracks_meant(ctx, to.track, to.release)


def _without_split(to: AssignIn | AssignManyIn, month: str, timeline: Timeline) -> str:
    if to.track is not None and timeline.starts:
        return f"This was sold in {month}, and the track's first split is for sales from {timeline.starts[0]} on."
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
