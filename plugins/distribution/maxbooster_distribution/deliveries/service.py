"""The rules of deliveries: what may be sent to a store that has, or had, a release."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context

from ..catalog import queries as catalog
from ..catalog.service import Described, described
from ..outlets import service as outlets
from ..outlets.outlet import Outlet
from ..package import INSERT, REACTIVATION, TAKEDOWN, UPDATE, Material
from ..quality.review import require
from . import queries, signs, states
from .changes import Version, changes
from .content import content_of
from .jobs import go_on
from .models import Delivery
from .opening import Opening
from .reviewing import review_release
from .stages import advance


async def submit(ctx: Context, release_id: UUID, names: Sequence[str]) -> list[UUID]:
    """Queue a release for delivery to stores; what is under way or there already is not sent again. Commits.

    Raises:
        NotFound: no such release in this account.
        QualityError: blocking findings; carries them.
        Conflict: it was taken down there (reinstate it), or a party id is missing.
        NotReady: a store is not set up.
    """
    chosen = outlets.named(ctx, names)
    found = await described(ctx, release_id)
    findings = await review_release(ctx, found, chosen)
    require(findings)
    decided = [finding.override for finding in findings if finding.override]
    assert found.cover is not None
    audio = [facts for facts in found.audio if facts is not None]
    material = Material(description=found.description, audio=audio, cover=found.cover)
    opening = Opening(ctx, release_id)
    newest = await newest_by_outlet(ctx, release_id)
    for outlet in chosen:
        before = newest.get(outlet.name)
        if before is not None and is_the_same(before, found):
            opening.keep(before)
        else:
            number = before.number + 1 if before else 1
            await opening.open(
                outlet, next_step(outlet, before), material, revision=found.version, number=number, overrides=decided
            )
    return await opening.commit()


async def take_down(ctx: Context, release_id: UUID, names: Sequence[str]) -> list[UUID]:
    """Ask stores to take a release down. Commits.

    Raises:
        NotFound: no such release in this account.
        Conflict: a store does not have it, or something is on its way there.
    """
    return await _repeat(ctx, release_id, names, TAKEDOWN)


async def reactivate(ctx: Context, release_id: UUID, names: Sequence[str]) -> list[UUID]:
    """Ask stores to reinstate a release that was taken down, as it was. Commits.

    Raises:
        NotFound: no such release in this account.
        Conflict: it was not taken down there, or something is on its way.
    """
    return await _repeat(ctx, release_id, names, REACTIVATION)


async def _repeat(ctx: Context, release_id: UUID, names: Sequence[str], what: str) -> list[UUID]:
    """Send what each store got last once more, as a takedown or to undo one."""
    await catalog.release(ctx, release_id)
    newest = await newest_by_outlet(ctx, release_id)
    opening = Opening(ctx, release_id)
    for outlet in outlets.named(ctx, names):
        before = newest.get(outlet.name)
        _refuse_unless_there(outlet, before)
        assert before is not None
        if before.what == what and before.state in states.UNDER_WAY | states.ARRIVED:
            opening.keep(before)
            continue
        _refuse_wrong_way(outlet, before, what)
        kept = content_of(before)
        await opening.open(
            outlet, what, kept.material, revision=before.revision, number=before.number + 1, overrides=kept.overrides
        )
    return await opening.commit()


async def retry(ctx: Context, id: UUID) -> None:
    """Retry a delivery that has failed or is stalled, as it is: what arrived stays, the rest follows.

    Raises:
        NotFound: no such delivery in this account.
        Conflict: it has not failed, and something happens to it.
    """
    row = await ctx.get(Delivery, id)
    if row.state != states.FAILED and not signs.stands_still(row, ctx.now):
        raise Conflict("Only a delivery that failed or is stalled can be retried; this one did neither.", field="state")
    row.tries, row.note = 0, None
    if row.state == states.FAILED:
        advance(ctx, row, states.QUEUED)
    go_on(ctx, row)
    ctx.audit("delivery.retried", row)


def is_the_same(before: Delivery, found: Described) -> bool:
    """Whether exactly what the release is now is under way or there already, whatever happened in between."""
    there = before.state in states.UNDER_WAY | states.AWAITED | {states.LIVE}
    if before.what == TAKEDOWN or not there:
        return False
    return not changes(Version.sent(content_of(before).material), Version.now(found))


def next_step(outlet: Outlet, before: Delivery | None) -> str:
    """What a submission is to an outlet.

    Raises:
        Conflict: something is under way there, or the release was taken down.
    """
    if before is None:
        return INSERT
    _refuse_under_way(outlet, before)
    if _is_down(before):
        raise Conflict(f"The release was taken down from {outlet.title}; reinstate it there.", field="outlets")
    return INSERT if _never_arrived(before) else UPDATE


def _refuse_unless_there(outlet: Outlet, before: Delivery | None) -> None:
    """
    Raises:
        Conflict: the store never had the release.
    """
    if before is None or _never_arrived(before):
        raise Conflict(f"{outlet.title} does not have this release.", field="outlets")


def _refuse_wrong_way(outlet: Outlet, before: Delivery, what: str) -> None:
    """
    Raises:
        Conflict: something is on its way there, or what is to be undone was never done.
    """
    _refuse_under_way(outlet, before)
    if what == REACTIVATION and not _is_down(before):
        raise Conflict(f"The release is not taken down from {outlet.title}.", field="outlets")


def _refuse_under_way(outlet: Outlet, before: Delivery) -> None:
    if before.state in states.UNDER_WAY:
        raise Conflict(f"Something is on its way to {outlet.title}; wait until it has arrived.", field="outlets")


def _is_down(before: Delivery) -> bool:
    return before.state == states.DOWN or (before.what == TAKEDOWN and before.state in states.AWAITED)


def _never_arrived(before: Delivery) -> bool:
    return before.number == 1 and before.state in (states.REJECTED, states.FAILED)


async def newest_by_outlet(ctx: Context, release_id: UUID) -> dict[str, Delivery]:
    return {row.outlet: row for row in await queries.newest_of(ctx, release_id)}
