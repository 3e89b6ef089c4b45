"""A push on its way: encrypted for the browser, handed to its push service, and what that answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from msgspec import Struct

from ..context import Context
from ..errors import NotFound, NotReady
from ..http.client.answers import pause_s
from ..jobs.job import Job, job
from ..notices import emails
from ..notices import queries as notices
from ..notices.models import Notice
from . import queries
from .encryption import auth_secret, browser_key, encrypted, written
from .models import PushDevice
from .service import subscription
from .vapid import authorization, signing_key

TTL: Final = timedelta(days=1)
"""For so long a push service keeps one for a device that is off, and we go on trying."""
TIMEOUT_S: Final = 15.0
_LONGEST_TEXT: Final = 700
"""Characters, so that the whole fits into a push in every script; the page has all of it."""
_ANSWER_BYTES: Final = 10_000


class Push(Struct, frozen=True, kw_only=True):
    """What the service worker shows."""

    title: str
    text: str
    path: str
    tag: str
    """A second one with the same replaces the first."""


@job("core.push_notice")
async def push_notice(ctx: Context, notice_id: UUID) -> None:
    """To each of its reader's devices, each by itself."""
    try:
        notice = await ctx.get(Notice, notice_id)
    except NotFound:
        return
    if await notices.reader(ctx, notice.user_id) is not None:
        for device in await queries.of_user(ctx, notice.user_id):
            ctx.enqueue(push_to_device, notice.id, device.id, key=device.service)


@job("core.push_to_device", attempts=10, backoff_s=15.0, per_key=16, timeout_s=60.0)
async def push_to_device(ctx: Context, notice_id: UUID, device_id: UUID) -> None:
    """
    Raises:
        NotReady: the push service takes nothing now, and says for how long.
    """
    notice, device = await ctx.get(Notice, notice_id), await queries.by_id(ctx, device_id)
    left = notice.at + TTL - ctx.now
    if device is None or device.user_id != notice.user_id or left <= timedelta():
        return
    if not await queries.is_alive(ctx, device) or await notices.reader(ctx, notice.user_id) is None:
        return
    await send(ctx, device, await _push_of(ctx, notice), ttl=left, urgent=notice.tone == "danger")


@job("core.push_test", attempts=2, timeout_s=60.0)
async def push_test(ctx: Context, device_id: UUID, title: str) -> None:
    """What somebody sends to a device of their own, to see that it arrives."""
    device = await queries.by_id(ctx, device_id)
    if device is not None:
        await send(ctx, device, Push(title=title, text="", path="/notifications", tag="test"), ttl=TTL, urgent=True)


async def _push_of(ctx: Context, notice: Notice) -> Push:
    language = (await notices.times(ctx, [notice.user_id]))[notice.user_id].language
    catalog = ctx.app.offers.catalog
    title = emails.title_of(notice, catalog.get("en", {}) | catalog.get(language, {}))
    text = notice.text if len(notice.text) <= _LONGEST_TEXT else f"{notice.text[:_LONGEST_TEXT]}…"
    return Push(title=title[:_LONGEST_TEXT], text=text, path=notice.path, tag=str(notice.id))


async def send(ctx: Context, device: PushDevice, push: Push, *, ttl: timedelta, urgent: bool) -> None:
    """Sent twice, the second replaces the first: at the push service by its topic, on the device by its tag.

    Raises:
        NotReady: not now.
    """
    to = subscription(ctx, device)
    message = json.dumps({name: getattr(push, name) for name in push.__struct_fields__}, ensure_ascii=False)
    response = await ctx.http.request(
        "POST",
        to.endpoint,
        content=encrypted(message.encode(), browser_key(to.keys.p256dh), auth_secret(to.keys.auth)),
        headers={
            "Authorization": authorization(await signing_key(ctx), to.endpoint, ctx.app.settings, ctx.clock()),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(int(ttl.total_seconds())),
            "Urgency": "high" if urgent else "normal",
            "Topic": written(sha256(push.tag.encode()).digest())[:32],
        },
        user_supplied=True,
        breaker=str(device.id),
        quota=str(device.id),
        timeout_s=TIMEOUT_S,
        max_bytes=_ANSWER_BYTES,
    )
    status = response.status_code
    if status in (404, 410):  # RFC 8030 §7.3: it has ended, and never works again
        await ctx.write(queries.remove, device.user_id, device.id)
        return
    if status == 429 or status >= 500:
        raise NotReady(f"{device.service} takes no push now ({status}).", retry_after_s=pause_s(response))
    device.fault = (
        "" if status < 300 else f"{device.service} refused it ({status}). Turn notifications off and on again."
    )
    device.used_at = ctx.now if status < 300 else device.used_at


@job("core.prune_devices", cron="43 * * * *")
async def prune_devices(ctx: Context) -> None:
    """Devices whose session has ended."""
    await ctx.write(queries.prune)


jobs: Sequence[Job] = [push_notice, push_to_device, push_test, prune_devices]
