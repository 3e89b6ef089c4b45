"""The journey of a delivery, a job for each leg: begin → pack → send → collect."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from maxbooster.plugin import Context, NotReady, Problem, job

from ..events import ReleaseDelivered
from ..file_purposes import MESSAGE
from ..outlets import service as outlets
from ..outlets.logins import connected
from ..outlets.outlet import Endpoint, Outlet
from ..settings import DistributionSettings
from ..transports.transport import deliver
from . import content, signs, states
from .answers import collect as collect_answers
from .models import Delivery
from .stages import advance
from .telling import watch

_LONGEST_WAIT_S = 3600.0
_UNREACHABLE = "Its answers cannot be read just now"
_MEGABYTE = 1_000_000


@job("distribution.begin")
async def begin(ctx: Context, delivery_id: UUID) -> None:
    row = await ctx.get(Delivery, delivery_id)
    if row.state == states.QUEUED:
        advance(ctx, row, states.PACKAGING)
        go_on(ctx, row)


@job("distribution.pack")
async def pack(ctx: Context, delivery_id: UUID) -> None:
    """Write and validate the message and the manifest, and keep both."""
    row = await ctx.get(Delivery, delivery_id)
    if row.state != states.PACKAGING:
        return
    try:
        async with signs.given(ctx, row.id):
            outlet = outlets.remembered(ctx, row.outlet)
            message, manifest = await content.write(ctx, row, outlet)
            upc = content.content_of(row).material.description.upc
            row.message_file_id = (await ctx.files.put(f"{upc}.xml", message, purpose=MESSAGE)).id
            row.manifest_file_id = (await ctx.files.put(f"BatchComplete_{row.batch}.xml", manifest, purpose=MESSAGE)).id
    except Problem as problem:
        _put_off(ctx, row, problem)
        return
    advance(ctx, row, states.SENDING)
    go_on(ctx, row)


@job("distribution.send", queue="long", timeout_s=6 * 3600.0)
async def send(ctx: Context, delivery_id: UUID) -> None:
    """Send the package to the store. Interrupted at any point, the next run goes on from there."""
    row = await ctx.get(Delivery, delivery_id)
    if row.state != states.SENDING:
        return
    try:
        async with signs.given(ctx, row.id):
            outlet = outlets.remembered(ctx, row.outlet)
            endpoint = await _endpoint(ctx, row, outlet)
            await _bring(ctx, row, outlet, endpoint)
    except Problem as problem:
        _put_off(ctx, row, problem)
        return
    row.tries, row.sent_at = 0, ctx.clock()
    advance(ctx, row, states.SENT)
    ctx.emit(ReleaseDelivered(row.release_id, row.id, row.outlet, row.what))
    _look_again(ctx, row, endpoint)


async def _bring(ctx: Context, row: Delivery, outlet: Outlet, endpoint: Endpoint) -> None:
    async with content.packed(ctx, row, outlet) as package, connected(ctx, endpoint) as transport:

        async def tell(done: int) -> None:
            note = f"{done / _MEGABYTE:.1f} of {package.size / _MEGABYTE:.1f} MB to {outlet.title}"
            await ctx.progress(done / package.size, note)

        await deliver(transport, package, tell)


@job("distribution.collect")
async def collect(ctx: Context, delivery_id: UUID) -> None:
    """See whether the store has answered; look again until it has said its last word."""
    row = await ctx.get(Delivery, delivery_id)
    if row.state not in states.AWAITED or signs.is_early(row, ctx.now):
        return
    endpoint: Endpoint | None = None
    try:
        outlet = outlets.remembered(ctx, row.outlet)
        endpoint = await _endpoint(ctx, row, outlet)
        await collect_answers(ctx, row, outlet, endpoint)
        if row.tries:
            row.tries = 0
            row.note = None if (row.note or "").startswith(_UNREACHABLE) else row.note
    except Problem as problem:
        row.tries += 1
        row.note = row.note if row.advice else f"{_UNREACHABLE}: {problem.detail}"
    if row.state not in states.AWAITED:
        return
    if ctx.now > _given_up_at(ctx, row):
        advance(ctx, row, states.FAILED, "The store never answered. Ask them whether it arrived, then try again.")
        return
    _look_again(ctx, row, endpoint)


async def _endpoint(ctx: Context, row: Delivery, outlet: Outlet) -> Endpoint:
    """
    Raises:
        NotReady: the store is not set up, or the sandbox was turned on or off since the submission: what was meant
            for a simulator never goes anywhere else, and the other way round.
    """
    endpoint = await outlets.reachable(ctx, outlet)
    if endpoint.sandbox != row.sandbox:
        was, now = ("a simulator", "the store") if row.sandbox else ("the store", "a simulator")
        raise NotReady(f"This was submitted to {was}, but deliveries go to {now} now. Switch back, or submit it again.")
    return endpoint


def _given_up_at(ctx: Context, row: Delivery) -> datetime:
    """Counted again when it was sent again."""
    return max(row.due_at, row.sent_at or row.due_at) + timedelta(days=ctx.settings(DistributionSettings).give_up_days)


def _put_off(ctx: Context, row: Delivery, problem: Problem) -> None:
    """Wait and try again if that can help; else the delivery has failed."""
    settings = ctx.settings(DistributionSettings)
    row.tries += 1
    if not isinstance(problem, NotReady) or row.tries >= settings.tries:
        advance(ctx, row, states.FAILED, problem.detail, "Fix this, then try again.")
        return
    wait_s = min(settings.retry_s * 2.0 ** (row.tries - 1), _LONGEST_WAIT_S)
    row.note = f"{problem.detail} Trying again (attempt {row.tries + 1} of {settings.tries})."
    go_on(ctx, row, after_s=wait_s)


def _look_again(ctx: Context, row: Delivery, endpoint: Endpoint | None) -> None:
    often = endpoint.poll_s if endpoint and endpoint.poll_s else ctx.settings(DistributionSettings).poll_s
    go_on(ctx, row, after_s=often)


def go_on(ctx: Context, row: Delivery, *, after_s: float = 0.0) -> None:
    """Queue the leg that a delivery is on. Two of one leg do no harm: they take turns, and the second finds it done."""
    at = ctx.clock() + timedelta(seconds=after_s)
    row.sign_due_at = signs.due(at)
    ctx.enqueue(_LEGS[row.state], row.id, key=str(row.id), at=at)


_LEGS = {
    states.QUEUED: begin,
    states.PACKAGING: pack,
    states.SENDING: send,
    states.SENT: collect,
    states.ACKNOWLEDGED: collect,
}
jobs = [begin, pack, send, collect, watch]
