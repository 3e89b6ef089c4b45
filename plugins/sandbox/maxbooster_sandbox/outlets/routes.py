"""The simulated stores over HTTP."""

from __future__ import annotations

from maxbooster.plugin import Conflict, Context, Routes, get, put

from . import service
from .behavior import Behavior
from .schemas import Sandbox


@get("/", operation_id="listSandboxOutlets", permission="sandbox.read")
async def list_sandbox_outlets(ctx: Context) -> Sandbox:
    """Whether sandbox mode is on, and how each simulated store behaves towards this account."""
    return await service.overview(ctx)


@put("/{name:str}", operation_id="updateOutletBehavior", permission="sandbox.steer", raises=[Conflict], status_code=204)
async def update_outlet_behavior(ctx: Context, name: str, data: Behavior) -> None:
    """What a simulated store does with this account's next batches: accept, reject, delay or lose them."""
    await service.behave(ctx, name, data)


routes = [Routes("/outlets", [list_sandbox_outlets, update_outlet_behavior])]
