"""What people hear at the bell: a release is live, a store refused it, a store takes longer than it said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from maxbooster.plugin import Context, FirstStep, job, notify, on

from ..catalog import queries as catalog
from ..events import DeliveryFlagged, DeliveryOverdue, ReleaseLive, ReleaseRejected
from ..outlets import service as outlets
from . import queries, states
from .content import on_sale_from
from .models import Delivery
from .words import day


@on(ReleaseLive, "distribution.tell_live")
async def tell_live(ctx: Context, live: ReleaseLive) -> None:
    row = await ctx.get(Delivery, live.delivery)
    first = on_sale_from(row)
    if first is not None and first > ctx.now.date():
        text = f"It goes live on {day(first)}."
        await _tell(ctx, live, "“{title}” is ready on {outlet}", text=text, tone="good")
    else:
        await _tell(ctx, live, "“{title}” is live on {outlet}", tone="good")


@on(ReleaseRejected, "distribution.tell_rejected")
async def tell_rejected(ctx: Context, rejected: ReleaseRejected) -> None:
    await _tell(ctx, rejected, "{outlet} refused “{title}”", text=rejected.reason)


@on(DeliveryFlagged, "distribution.tell_flagged")
async def tell_flagged(ctx: Context, flagged: DeliveryFlagged) -> None:
    await _tell(ctx, flagged, "{outlet} reports a problem with “{title}”", text=flagged.note)


@on(DeliveryOverdue, "distribution.tell_overdue")
async def tell_overdue(ctx: Context, overdue: DeliveryOverdue) -> None:
    text = "It should be done by now, by its own terms. Ask the store, or check whether the delivery is stalled."
    await _tell(ctx, overdue, "{outlet} is overdue with “{title}”", text=text)


async def _tell(
    ctx: Context,
    event: ReleaseLive | ReleaseRejected | DeliveryFlagged | DeliveryOverdue,
    title: str,
    *,
    text: str = "",
    tone: Literal["good", "danger"] = "danger",
) -> None:
    known = outlets.offered(ctx)
    outlet = known[event.outlet].title if event.outlet in known else event.outlet
    release = await catalog.release(ctx, event.release)
    facts = {"title": release.title, "outlet": outlet}
    path = f"/releases/{release.id}"
    await notify(ctx, event.name(), title, text=text, path=path, tone=tone, facts=facts, permission="release.read")


@job("distribution.watch")
async def watch(ctx: Context, delivery_id: UUID) -> None:
    """Queued for the moment when a delivery is due: is it not over by then, then it is overdue."""
    row = await ctx.get(Delivery, delivery_id)
    if row.state not in states.ENDED:
        ctx.emit(DeliveryOverdue(row.release_id, row.id, row.outlet, row.due_at))


async def steps(ctx: Context) -> Sequence[FirstStep]:
    """A release that is on its way is the first result."""
    return [
        FirstStep(
            id="distribution.release",
            title="Send your first release",
            why="Describe it once; what a store would refuse is shown while you type, and how to fix it.",
            path="/releases",
            icon="disc-3",
            done=await queries.anything_submitted(ctx),
            order=20,
            permission="release.write",
        )
    ]


subscriptions = [tell_live, tell_rejected, tell_flagged, tell_overdue]
