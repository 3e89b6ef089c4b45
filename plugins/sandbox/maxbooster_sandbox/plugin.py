"""Everything that the sandbox adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Command, Manifest, Permission, hookimpl

from .settings import SandboxSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, Routes, Service
    from maxbooster_distribution.plugin import Endpoint, Outlet

manifest = Manifest(
    name="sandbox",
    version="0.1.0",
    title="Sandbox",
    requires=("distribution",),
    areas=("demo",),
    permissions=(
        Permission(
            "sandbox.read",
            "See whether outside services are simulated",
            roles=("owner", "admin", "manager", "artist", "editor", "viewer"),
        ),
        Permission("sandbox.steer", "Control the sandbox", roles=("owner", "admin", "manager")),
    ),
    settings=SandboxSettings,
    commands=(
        Command("demo", "Take a recording all the way, from upload to payout", "maxbooster_sandbox.demo.command:demo"),
    ),
)


@hookimpl
def payments_simulated(ctx: Context) -> bool:
    return ctx.settings(SandboxSettings).enabled


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .outlets.routes import routes

    return routes


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {"en": {"audit.sandbox.behavior": "Simulated store changed"}}


@hookimpl
def register_services() -> Sequence[Service]:
    from maxbooster.plugin import Service

    from .outlets.server import outlets_running
    from .simulators import simulators_running

    return [Service("outlets", outlets_running), Service("simulators", simulators_running)]


@hookimpl
async def simulated(ctx: Context, service: str) -> str | None:
    """In sandbox mode every service that has a simulator."""
    from .simulators import address_of_simulator

    return address_of_simulator(ctx, service)


@hookimpl
async def delivery_endpoint(ctx: Context, outlet: Outlet) -> Endpoint | None:
    """In sandbox mode the simulator, whatever the operator's settings say: the real store is out of reach."""
    from .outlets.endpoint import simulated

    return simulated(ctx, outlet)
