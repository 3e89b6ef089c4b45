"""A person's own devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from ..auth.limits import count_trial
from ..auth.people.oneself import oneself
from ..context import Context
from ..errors import Conflict, Invalid, NotFound, TooMany
from ..http.routes import Routes, delete, get, post
from . import queries, service
from .models import PushDevice
from .schemas import NewPushDevice, PushDeviceOut, PushKey
from .sending import push_test
from .vapid import public_text, signing_key

_TEST = "Notifications work on this device"


@get("/key", operation_id="getPushKey", permission="profile.read")
async def get_push_key(ctx: Context) -> PushKey:
    """The public key that a browser's subscription is bound to."""
    return PushKey(public_text(await signing_key(ctx)))


@get("/devices", operation_id="listPushDevices", permission="profile.read")
async def list_push_devices(ctx: Context) -> list[PushDeviceOut]:
    """The devices on which you turned notifications on, the oldest first. Those that were logged out are gone."""
    return [_out(ctx, each) for each in await queries.of_user(ctx, (await oneself(ctx)).id)]


@post("/devices", operation_id="createPushDevice", permission="profile.write", raises=[Conflict, Invalid])
async def create_push_device(ctx: Context, data: NewPushDevice, request: Request[Any, Any, State]) -> PushDeviceOut:
    """Turn notifications on for the browser that calls. The same browser again is the same device."""
    return _out(ctx, await service.turn_on(ctx, data, request.headers.get("user-agent", "")))


@delete("/devices/{device_id:uuid}", operation_id="deletePushDevice", permission="profile.write", raises=[NotFound])
async def delete_push_device(ctx: Context, device_id: UUID) -> None:
    """Turn notifications off on a device."""
    await service.turn_off(ctx, device_id)


@post(
    "/devices/{device_id:uuid}/test",
    operation_id="testPushDevice",
    permission="profile.write",
    status_code=202,
    raises=[NotFound, TooMany],
)
async def test_push_device(ctx: Context, device_id: UUID) -> None:
    """Send a notification to a device of yours, to see that it arrives."""
    mine = {each.id for each in await queries.of_user(ctx, (await oneself(ctx)).id)}
    if device_id not in mine:
        raise NotFound(f"You have no device {device_id}.")
    await count_trial(ctx, str(device_id))
    ctx.enqueue(push_test, device_id, _TEST)


def _out(ctx: Context, device: PushDevice) -> PushDeviceOut:
    this = ctx.identity is not None and ctx.identity.credential == device.session_id
    return PushDeviceOut(
        device.id, device.agent, device.service, this, device.created_at, device.used_at, device.fault
    )  # fmt: skip


routes = [
    Routes(
        "/api/core/push",
        [get_push_key, list_push_devices, create_push_device, delete_push_device, test_push_device],
    )
]
