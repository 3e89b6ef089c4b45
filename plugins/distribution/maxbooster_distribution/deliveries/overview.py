"""What people are shown of deliveries."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import AuthFailed, Context, NotReady, Page

from ..catalog import queries as catalog
from ..outlets import service as outlets
from ..outlets.service import Reached
from . import queries, states
from .content import installed_schemas, read
from .models import Delivery
from .schemas import Deliveries, DeliveryOut, MessageDiff, OutletOut, Outlets

_URGENCY = {states.REJECTED: 0, states.FAILED: 0, states.SENDING: 2, states.PACKAGING: 2, states.QUEUED: 2}


async def reached(ctx: Context) -> list[Reached]:
    """Every store, and where it is reached now; a store that cannot say is not set up."""
    found = []
    for outlet in outlets.offered(ctx).values():
        try:
            found.append(Reached(outlet, await outlets.endpoint(ctx, outlet)))
        except (AuthFailed, NotReady):
            found.append(Reached(outlet, None))
    return found


async def outlets_now(ctx: Context) -> Outlets:
    shown = []
    for outlet in outlets.offered(ctx).values():
        try:
            endpoint = await outlets.reachable(ctx, outlet)
            if not endpoint.sandbox:
                installed_schemas(ctx).demand_official(outlet.title)
            shown.append(OutletOut(outlet.name, outlet.title, True, endpoint.sandbox, list(outlet.it.sla_days)))
        except (AuthFailed, NotReady) as missing:
            shown.append(OutletOut(outlet.name, outlet.title, False, False, list(outlet.it.sla_days), missing.detail))
    return Outlets(shown, any(each.sandbox for each in shown))


async def of_release(ctx: Context, release_id: UUID) -> Deliveries:
    """
    Raises:
        NotFound: no such release in this account.
    """
    await catalog.release(ctx, release_id)
    shown = _described(ctx, await queries.of_release(ctx, release_id), stages=True)
    shown.sort(key=lambda each: (_urgency(each), each.outlet_title, -each.number))
    return Deliveries(shown, any(each.sandbox for each in shown))


async def newest(ctx: Context, cursor: str | None, limit: int) -> Page[DeliveryOut]:
    rows, next = await queries.newest(ctx, cursor, limit)
    return Page(_described(ctx, rows, stages=False), next)


async def delivery(ctx: Context, id: UUID) -> DeliveryOut:
    """
    Raises:
        NotFound: no such delivery in this account.
    """
    row = await queries.delivery(ctx, id)
    return DeliveryOut.of(row, _title(ctx, row.outlet), ctx.now)


def _described(ctx: Context, rows: Sequence[Delivery], *, stages: bool) -> list[DeliveryOut]:
    titles = {outlet.name: outlet.title for outlet in outlets.offered(ctx).values()}
    return [DeliveryOut.of(row, titles.get(row.outlet, row.outlet), ctx.now, stages=stages) for row in rows]


def _urgency(shown: DeliveryOut) -> int:
    if shown.stands_still or (shown.advice and shown.state in states.AWAITED):
        return 0
    return 1 if shown.clock in ("late", "at risk") else _URGENCY.get(shown.state, 3)


def _title(ctx: Context, name: str) -> str:
    known = outlets.offered(ctx)
    return known[name].title if name in known else name


async def diff(ctx: Context, id: UUID) -> MessageDiff:
    """
    Raises:
        NotFound: no such delivery in this account.
    """
    row = await queries.delivery(ctx, id)
    before = await queries.before(ctx, row)
    if before is None or before.message_file_id is None or row.message_file_id is None:
        return MessageDiff(None, "")
    old, new = await read(ctx, before.message_file_id), await read(ctx, row.message_file_id)
    lines = difflib.unified_diff(
        old.decode().splitlines(), new.decode().splitlines(), f"delivery {before.number}", f"delivery {row.number}",
        lineterm="", n=1,
    )  # fmt: skip
    return MessageDiff(before.number, "\n".join(lines))
