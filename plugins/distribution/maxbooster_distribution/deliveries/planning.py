"""A summary before a release is sent: what goes where and when, and what is held back, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from maxbooster.plugin import Conflict, Context, NotReady

from ..catalog.service import Described, described
from ..outlets import service as outlets
from ..outlets.outlet import Outlet
from ..quality.rule import QualityFinding
from . import clock
from .content import installed_schemas
from .models import Delivery
from .reviewing import review_release
from .service import is_the_same, newest_by_outlet, next_step


class PlannedDelivery(Struct, kw_only=True):
    """What would happen at one store."""

    outlet: str
    outlet_title: str
    what: str | None
    """`insert` or `update`; None: nothing is sent."""
    held_back: str | None = None
    """Why nothing is sent: it is there already, not set up, or issues have to be fixed first."""
    sandbox: bool = False
    """Whether it goes to a simulator, and nobody publishes it."""
    blocking: int = 0
    """Issues that this store would refuse."""
    warnings: int = 0
    overridden: int = 0
    expected_from: datetime | None = None
    due_at: datetime | None = None
    """By when it should be live, by the store's own terms: usually, and at most."""


class Plan(Struct):
    deliveries: list[PlannedDelivery]
    tracks: int
    bytes: int
    """Masters and cover together."""
    territories: list[str]
    excluded: list[str]


async def plan(ctx: Context, release_id: UUID, names: Sequence[str]) -> Plan:
    """
    Raises:
        NotFound: no such release in this account.
        Invalid: there is no such store.
    """
    chosen = outlets.named(ctx, names)
    found = await described(ctx, release_id)
    newest = await newest_by_outlet(ctx, release_id)
    planned = [await _planned(ctx, found, outlet, newest.get(outlet.name)) for outlet in chosen]
    facts = [each for each in (*found.audio, found.cover) if each is not None]
    deals = found.description.deals
    return Plan(
        planned,
        len(found.track_ids),
        sum(each.size for each in facts),
        sorted({territory for deal in deals for territory in deal.territories}),
        sorted({territory for deal in deals for territory in deal.excluded}),
    )


async def _planned(ctx: Context, found: Described, outlet: Outlet, before: Delivery | None) -> PlannedDelivery:
    findings = await review_release(ctx, found, [outlet])
    planned = PlannedDelivery(
        outlet=outlet.name,
        outlet_title=outlet.title,
        what=None,
        blocking=sum(each.blocks for each in findings),
        warnings=sum(not each.blocks and each.override is None for each in findings),
        overridden=sum(each.override is not None for each in findings),
    )
    try:
        endpoint = await outlets.reachable(ctx, outlet)
        planned.sandbox = endpoint.sandbox
        if not endpoint.sandbox:
            installed_schemas(ctx).demand_official(outlet.title)
        if before is not None and is_the_same(before, found):
            planned.held_back = f"{outlet.title} has this version, or is about to get it."
            return planned
        what = next_step(outlet, before)
    except (NotReady, Conflict) as problem:
        planned.held_back = problem.detail
        return planned
    if planned.blocking:
        planned.held_back = _issues(findings)
        return planned
    planned.what = what
    released = found.description.release_date
    promise = clock.promised(ctx.now, outlet.it.sla_days, released, endpoint.live_after_s)
    planned.expected_from, planned.due_at = promise
    return planned


def _issues(findings: Sequence[QualityFinding]) -> str:
    first, *more = [each for each in findings if each.blocks]
    return f"{first.message} {first.fix}" + (f" And {len(more)} more issues to fix." if more else "")
