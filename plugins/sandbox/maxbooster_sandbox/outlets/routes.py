"""The simulated stores over HTTP."""

from __future__ import annotations

from maxbooster.plugin import Conflict, Context, Routes, get, put

from . import service
from .behaviour import Behaviour
from .schemas import Sandbox


@get("/", operation_id="getSandbox", permission="sandbox.read")
async def get_sandbox(ctx: Context) -> Sandbox:
    """Whether sandbox mode is on, and how each simulated store behaves towards this account."""
    return await service.overview(ctx)


@put("/{name:str}", operation_id="setOutletBehaviour", permission="sandbox.steer", raises=[Conflict], status_code=204)
async def set_outlet_behaviour(ctx: Context, name: str, data: Behaviour) -> None:
    """What a simulated store does with this account's next batches: accept, reject, delay or lose them."""
    await service.behave(ctx, name, data)


routes = [Routes("/outlets", [get_sandbox, set_outlet_behaviour])]
