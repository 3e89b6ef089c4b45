"""The rules of the inbox: who is let in, what is stored, and how it is handled."""

from __future__ import annotations

import asyncio
import re
from traceback import extract_tb
from uuid import UUID

from msgspec import MsgspecError
from sqlalchemy import select

from ...context import Context
from ...db.types import new_id
from ...errors import Conflict, Malformed, NotFound, NotReady, Problem
from ...jobs.job import Job
from ...observe import metrics
from ...observe.logs import log
from ..source import IncomingWebhook, ProviderEvent, ReceivedWebhook, WebhookSource
from . import queries
from .models import InboxWebhook

READ_S = 10.0
RETRY_AFTER_S = 300.0
_LONG_BYTES = 100_000
"""A body larger than this is sealed beside the event loop."""


_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, MsgspecError)
"""What reading something unexpected raises; other errors are no fault of the body, and the provider tries again."""


_UNKEEPABLE = re.compile(r"[\0\ud800-\udfff]")


class Unreadable(Malformed):
    """The source broke on it, and did not say why."""


async def receive(ctx: Context, name: str, source: WebhookSource, webhook: IncomingWebhook) -> None:
    """Store a provider's webhook and queue its handling, once per event.

    Raises:
        NotReady: the source cannot read just now: the provider is to try again.
        WebhookRefused: the signature does not hold.
        Malformed: the body cannot be read.
    """
    try:
        event = await _read(ctx, name, source, webhook)
    except Problem as problem:
        metrics.WEBHOOKS.labels(name, "failed" if isinstance(problem, Unreadable) else "refused").inc()
        raise
    await _store(ctx, name, event, webhook)
    metrics.WEBHOOKS.labels(name, "received").inc()


def source_of(ctx: Context, name: str) -> WebhookSource:
    """What cannot be checked is not stored: a source that is off asks its provider to come again.

    Raises:
        NotFound: no plugin of this name receives webhooks.
        NotReady: its plugin is off or broken.
    """
    source = ctx.app.offers.webhook_sources.get(name)
    if source is not None:
        return source
    plugin = ctx.app.registry.plugins.get(name)
    if plugin is not None and plugin.state != "enabled":
        raise NotReady(f"{name} is switched off for the moment; send this again later.", retry_after_s=RETRY_AFTER_S)
    raise NotFound(f"Nothing here receives webhooks under the name {name[:80]!r}.")


async def _read(ctx: Context, name: str, source: WebhookSource, webhook: IncomingWebhook) -> ProviderEvent:
    try:
        async with asyncio.timeout(READ_S):
            event = await source.read(ctx, webhook)
    except RecursionError:
        raise Malformed("The body is nested too deeply to be read.") from None
    except TimeoutError:
        raise NotReady(f"{name} could not check the signature in time; send this again later.") from None
    except _UNREADABLE as error:
        log.error("webhook.read_failed", plugin=name, error=repr(error), frame=_frame(error))
        raise Unreadable(f"{name} could not read this webhook.") from error
    _refuse_nonsense(event)
    return event


def _frame(error: BaseException) -> str:
    """Where it was raised."""
    *_, last = extract_tb(error.__traceback__)
    return f"{last.filename}:{last.lineno} in {last.name}"


def _refuse_nonsense(event: ProviderEvent) -> None:
    """What a source takes from the body without looking is what the sender wrote.

    Raises:
        Malformed: a part of it cannot be kept.
    """
    for field, value, most in (("id", event.id, 200), ("type", event.type, 120)):
        if not isinstance(value, str):
            raise Malformed(f"The event's {field} must be text; this is {type(value).__name__}.")
        if not 0 < len(value) <= most:
            raise Malformed(f"The event's {field} must have 1 to {most} characters; this has {len(value)}.")
        if _UNKEEPABLE.search(value):
            raise Malformed(f"The event's {field} contains NUL or half of a surrogate pair.")
    if not isinstance(event.account, UUID | None):
        raise Malformed(f"The event's account must be a UUID; this is {type(event.account).__name__}.")


async def _store(ctx: Context, name: str, event: ProviderEvent, webhook: IncomingWebhook) -> None:
    """One row, and no more: a worker queues the job."""
    id = new_id()
    row = {
        "id": id,
        "source": name,
        "event_id": event.id,
        "type": event.type,
        "account_id": event.account,
        "body": await _sealed(ctx, id, webhook.body),
        "size": len(webhook.body),
        "received_at": ctx.now,
        "handled_at": None,
        "job_id": id,
        "waits": True,
    }
    await ctx.app.database.write(None, [(queries.RECEIVE, [row])])
    await ctx.app.ring((queries.QUEUE,))


async def _sealed(ctx: Context, id: UUID, body: bytes) -> bytes:
    if len(body) > _LONG_BYTES:
        return await asyncio.to_thread(ctx.app.keyring.seal_bytes, body, _place(id))
    return ctx.app.keyring.seal_bytes(body, _place(id))


def _place(id: UUID) -> str:
    return f"webhook/{id}"


async def replay(ctx: Context, id: UUID) -> UUID:
    """Handle a stored webhook once more, from its body; returns the job.

    Raises:
        NotFound: no such webhook.
        Conflict: it is being handled, its body is gone, or its plugin is off.
    """
    row = await ctx.platform.first(select(InboxWebhook).where(InboxWebhook.id == id))
    found = await ctx.app.database.read(lambda connection: queries.shown(connection, id))
    if row is None or found is None:
        raise NotFound(f"There is no webhook {id}.")
    if found.state == "waiting":
        raise Conflict("This webhook is being handled just now; look again in a moment.")
    if not found.has_body:
        raise Conflict("The body of this webhook has been erased; ask the provider to send the event again.")
    if row.source not in ctx.app.offers.webhook_sources:
        raise Conflict(f"The plugin {row.source!r} is off; switch it on first.")
    job = queries.job_of(id, row.source, row.account_id, id=new_id(), at=ctx.now)
    ctx.audit("webhook.replayed", f"core_inbox_webhook:{id}", after={"source": row.source, "event": row.event_id})
    if not await ctx.write(queries.replay, id, row.job_id, job):
        raise Conflict("Somebody else replayed this webhook just now.")
    await ctx.app.ring({job["queue"]})
    return UUID(str(job["id"]))


def body_of(ctx: Context, id: UUID, sealed: bytes | None) -> bytes:
    """
    Raises:
        Conflict: it has been erased.
    """
    if sealed is None:
        raise Conflict(f"The body of the webhook {id} has been erased.")
    return ctx.app.keyring.open_bytes(sealed, _place(id))


def handling(name: str, source: WebhookSource) -> Job:
    """The job that handles a source's webhooks. That it was handled is kept with what the handler does, or not at
    all."""

    async def handle(ctx: Context, id: UUID) -> None:
        row = await ctx.platform.first(select(InboxWebhook).where(InboxWebhook.id == id))
        if row is None:
            return  # erased with its account
        body = body_of(ctx, id, row.body)
        row.handled_at = ctx.now
        received = ReceivedWebhook(event_id=row.event_id, type=row.type, body=body, received_at=row.received_at)
        await source.handle(ctx, received)

    return Job(name=queries.job_name(name), handler=handle, queue=queries.QUEUE, attempts=source.attempts)
