"""Turning notifications on and off on a device."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from ..auth.people.oneself import oneself
from ..context import Context
from ..db.types import new_id
from ..errors import Conflict, Invalid, NotFound
from . import queries
from .encryption import auth_secret, browser_key
from .models import PushDevice, place
from .schemas import NewPushDevice

MOST = 20
"""Devices of a person."""


async def turn_on(ctx: Context, data: NewPushDevice, agent: str) -> PushDevice:
    """The same browser again is the same device. Commits.

    Raises:
        Invalid: it is not a subscription, or leads to a private address.
        Conflict: they call by an API key, which is no device; or have too many.
    """
    user = await oneself(ctx)
    session = ctx.identity.credential if ctx.identity is not None and ctx.identity.way == "session" else None
    if session is None:
        raise Conflict("A device is turned on by its own browser, where somebody is logged in.")
    browser_key(data.keys.p256dh)
    auth_secret(data.keys.auth)
    host = await _service(ctx, data.endpoint)
    hash = sha256(data.endpoint.encode()).digest()
    known = await queries.by_endpoint(ctx, hash)
    id = known.id if known is not None and known.user_id == user.id else new_id()
    sealed = ctx.app.keyring.seal_bytes(msgspec.json.encode(data), place(user.id, id))
    values = {
        "id": id, "user_id": user.id, "session_id": session, "hash": hash, "sealed": sealed, "service": host,
        "agent": agent[:300], "created_at": known.created_at if known is not None else ctx.now, "used_at": None,
        "fault": "",
    }  # fmt: skip
    if not await ctx.write(partial(queries.replace, values=values, most=MOST)):
        raise Conflict(f"Notifications are on for {MOST} devices already; remove one of them first.")
    found = await queries.by_id(ctx, id)
    if found is None:
        raise Conflict("Somebody else turned notifications on in this browser just now.")
    return found


async def _service(ctx: Context, endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or (parts.scheme != "https" and not ctx.app.settings.outbound_private):
        raise Invalid("The endpoint of a push service is an https address.", field="endpoint")
    await ctx.http.refuse_private(endpoint)
    return host


async def turn_off(ctx: Context, id: UUID) -> None:
    """Commits.

    Raises:
        NotFound: they have no such device.
    """
    user = await oneself(ctx)
    if not await ctx.write(queries.remove, user.id, id):
        raise NotFound(f"You have no device {id}.")


def subscription(ctx: Context, device: PushDevice) -> NewPushDevice:
    opened = ctx.app.keyring.open_bytes(device.sealed, place(device.user_id, device.id))
    return msgspec.json.decode(opened, type=NewPushDevice)
