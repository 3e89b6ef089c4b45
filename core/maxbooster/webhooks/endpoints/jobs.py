"""Telling endpoints of events, and delivering until they have heard."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import uniform
from time import perf_counter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from ...context import Context
from ...errors import NotFound, NotReady, Problem
from ...events.event import Event
from ...http.client import Unreachable
from ...http.client.answers import LONGEST_PAUSE_S, pause_s
from ...jobs.job import WEBHOOK_QUEUE, job
from ...notices.service import notify
from ...observe.logs import log
from ..signature import signed_headers
from . import queries, service
from .models import DELIVERED, FAILED, PENDING, WebhookAttempt, WebhookDelivery, WebhookEndpoint

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pause after each failure but the last (Standard Webhooks, "Deliverability and reliability")."""
GIVE_UP = timedelta(days=5)
"""An endpoint that answered nothing right for so long is disabled."""
TIMEOUT_S = 15.0
SHOWN_BYTES = 1000
AT_A_TIME = 2
"""Deliveries of one account, so that those that hang leave the others their place."""


class WebhookAttempted(Event, frozen=True, tag="webhook.attempted"):
    """An endpoint was called; for whoever looks on."""

    delivery: UUID
    status: int | None


@job("core.announce_event")
async def announce(ctx: Context, event_id: UUID, name: str, at: datetime, facts: dict[str, Any]) -> None:
    """Begin a delivery to each endpoint of this account that wants the event."""
    body = service.payload(name, at, facts)
    for endpoint in await queries.listening(ctx):
        if not endpoint.events or name in endpoint.events:
            row = service.delivery(endpoint, event_id, name, body, ctx.now)
            ctx.add(row)
            begin(ctx, row.id, 1)


def begin(ctx: Context, delivery: UUID, number: int) -> None:
    """Queue an attempt that is due: it takes its account's turn."""
    ctx.enqueue(deliver, delivery, number, key=str(ctx.account))


@job("core.retry_webhook", queue=WEBHOOK_QUEUE)
async def retry(ctx: Context, delivery_id: UUID, number: int) -> None:
    """An attempt that was to wait is due. Until now it held back nothing else of its account."""
    begin(ctx, delivery_id, number)


def _later(ctx: Context, delivery: WebhookDelivery, number: int, seconds: float) -> None:
    delivery.next_at = ctx.now + timedelta(seconds=seconds)
    ctx.enqueue(retry, delivery.id, number, at=delivery.next_at)


@job("core.deliver_webhook", queue=WEBHOOK_QUEUE, per_key=AT_A_TIME, timeout_s=4 * TIMEOUT_S, attempts=20)
async def deliver(ctx: Context, delivery_id: UUID, number: int) -> None:
    """One attempt. A job of an attempt that was made already, by hand for instance, does nothing."""
    delivery = await ctx.first(select(WebhookDelivery).where(WebhookDelivery.id == delivery_id))
    if delivery is None or delivery.state != PENDING or delivery.attempts >= number:
        return
    endpoint = await ctx.get(WebhookEndpoint, delivery.endpoint_id)
    if endpoint.disabled_at is not None:
        delivery.state, delivery.next_at = FAILED, None
        return
    try:
        outcome = await _post(ctx, endpoint, delivery)
    except HeldBack as held:
        _later(ctx, delivery, number, min(held.seconds, LONGEST_PAUSE_S))
        return
    try:
        endpoint = await ctx.lock(WebhookEndpoint, endpoint.id)
        delivery = await ctx.lock(WebhookDelivery, delivery.id)
    except NotFound:
        return  # deleted meanwhile, with its deliveries
    delivery.attempts += 1  # one asked for by hand may have run beside the one that was due: both count
    number = delivery.attempts
    ctx.add(outcome.logged(delivery.id, number, ctx.now))
    if delivery.state == DELIVERED:
        pass
    elif outcome.ok:
        delivery.state, delivery.next_at = DELIVERED, None
    elif number <= len(SCHEDULE) and outcome.status != GONE:
        pause = max(SCHEDULE[number - 1].total_seconds(), outcome.pause_s)
        _later(ctx, delivery, number + 1, pause * uniform(1.0, 1.1))
    else:
        delivery.state, delivery.next_at = FAILED, None
    ctx.emit(WebhookAttempted(delivery.id, outcome.status))
    await _note_health(ctx, endpoint, outcome)


# One attempt

GONE = 410


class HeldBack(Exception):
    """Nothing was sent: the endpoint failed or asked for a pause."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Outcome(Struct):
    status: int | None = None
    answer: bytes = b""
    error: str = ""
    seconds: float = 0.0
    pause_s: float = 0.0
    """How long the receiver wants to be left alone."""

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def logged(self, delivery: UUID, number: int, at: datetime) -> WebhookAttempt:
        answer = self.answer[:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
        return WebhookAttempt(
            delivery_id=delivery, number=number, at=at, milliseconds=round(self.seconds * 1000), status=self.status,
            answer=answer, error=self.error[:500],
        )  # fmt: skip


async def _post(ctx: Context, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Outcome:
    """What came of sending it. Redirects are not followed, and no more is read than is shown, as it comes.

    Raises:
        HeldBack: it was not sent.
    """
    outcome, began = Outcome(), perf_counter()
    try:
        body = delivery.body.encode()
        headers = signed_headers(str(delivery.event_id), body, service.secrets_of(ctx, endpoint), ctx.app.clock())
        headers |= {"content-type": "application/json", "accept-encoding": "identity"}
        async with (
            asyncio.timeout(TIMEOUT_S),
            ctx.http.stream(
                "POST", endpoint.url, content=body, headers=headers, user_supplied=True, breaker=str(endpoint.id),
                timeout_s=TIMEOUT_S,
            ) as response,
        ):  # fmt: skip
            outcome.status, outcome.pause_s = response.status_code, pause_s(response) or 0.0
            async for chunk in response.aiter_raw():
                outcome.answer += chunk
                if len(outcome.answer) >= SHOWN_BYTES:
                    break
    except TimeoutError:
        outcome.error = f"It did not answer within {TIMEOUT_S:g} s."
    except Problem as problem:
        if outcome.status is None and isinstance(problem, NotReady) and not isinstance(problem, Unreachable):
            raise HeldBack(problem.retry_after_s or 30.0) from problem
        outcome.error = problem.detail
    except Exception as error:  # it counts as an attempt, so that the next one is certain
        log.exception("webhooks.not_sent", delivery=str(delivery.id))
        outcome.error = f"It could not be sent: {type(error).__name__}."
    if outcome.status is not None:
        outcome.error = ""  # it answered, if not to the end
    outcome.seconds = perf_counter() - began
    return outcome


async def _note_health(ctx: Context, endpoint: WebhookEndpoint, outcome: Outcome) -> None:
    """Remember since when it fails; disable it when it is gone, or has failed for days."""
    if outcome.ok and endpoint.failing_since is None:
        return
    if not outcome.ok and endpoint.failing_since is not None and not _is_over(ctx, endpoint, outcome):
        return
    if outcome.ok:
        endpoint.failing_since = None
        return
    endpoint.failing_since = endpoint.failing_since or ctx.now
    if endpoint.disabled_at is None and _is_over(ctx, endpoint, outcome):
        endpoint.disabled_at = ctx.now
        endpoint.disabled_because = "gone" if outcome.status == GONE else "failing"
        ctx.audit("webhook.disabled", endpoint, after={"because": endpoint.disabled_because})
        await _tell(ctx, endpoint)


def _is_over(ctx: Context, endpoint: WebhookEndpoint, outcome: Outcome) -> bool:
    since = endpoint.failing_since
    return outcome.status == GONE or (since is not None and ctx.now - since >= GIVE_UP)


async def _tell(ctx: Context, endpoint: WebhookEndpoint) -> None:
    reasons = {
        "gone": "It answered 410 Gone: it no longer wants to receive anything.",
        "failing": f"Every delivery failed for {GIVE_UP.days} days.",
    }
    await notify(
        ctx,
        "webhook.disabled",
        "The webhook to {host} was disabled",
        text=reasons[endpoint.disabled_because or "failing"],
        path="/webhooks",
        tone="danger",
        facts={"host": service.host_of(endpoint.url)},
        permission="webhook.write",
    )
