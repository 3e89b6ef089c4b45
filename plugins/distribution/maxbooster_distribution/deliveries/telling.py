"""What people hear at the bell: a release is live, an outlet refused it, an outlet takes longer than it said."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Context, FirstStep, job, notify, on

from ..catalogue import queries as catalogue
from ..events import DeliveryOverdue, ReleaseLive, ReleaseRejected
from ..outlets import service as outlets
from . import queries, states
from .models import Delivery

_CONCERNS = "release.read"


@on(ReleaseLive, "distribution.tell_live")
async def tell_live(ctx: Context, live: ReleaseLive) -> None:
    facts = await _facts(ctx, live.release, live.outlet)
    await notify(
        ctx, "release.live", "“{title}” is live on {outlet}",
        path=f"/releases/{live.release}", tone="good", facts=facts, permission=_CONCERNS,
    )  # fmt: skip


@on(ReleaseRejected, "distribution.tell_rejected")
async def tell_rejected(ctx: Context, rejected: ReleaseRejected) -> None:
    facts = await _facts(ctx, rejected.release, rejected.outlet)
    await notify(
        ctx, "release.rejected", "{outlet} refused “{title}”", text=rejected.reason,
        path=f"/releases/{rejected.release}", tone="danger", facts=facts, permission=_CONCERNS,
    )  # fmt: skip


@on(DeliveryOverdue, "distribution.tell_overdue")
async def tell_overdue(ctx: Context, overdue: DeliveryOverdue) -> None:
    facts = await _facts(ctx, overdue.release, overdue.outlet)
    await notify(
        ctx, "delivery.overdue", "{outlet} takes longer than it said with “{title}”",
        text="It should be done by now, by its own terms. Ask the outlet, or look whether the delivery stands still.",
        path=f"/releases/{overdue.release}", tone="danger", facts=facts, permission=_CONCERNS,
    )  # fmt: skip


async def _facts(ctx: Context, release: UUID, outlet: str) -> dict[str, str]:
    known = await outlets.offered(ctx)
    title = known[outlet].title if outlet in known else outlet
    return {"title": (await catalogue.release(ctx, release)).title, "outlet": title}


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
            why="Describe it once; what an outlet would refuse is shown while you type, and how to mend it.",
            path="/releases",
            icon="disc-3",
            done=await queries.anything_submitted(ctx),
            order=20,
            permission="release.write",
        )
    ]


subscriptions = [tell_live, tell_rejected, tell_overdue]
