"""What people may see and steer of the simulated stores: their own account's part."""

from __future__ import annotations

from maxbooster.plugin import Conflict, Context, NotFound
from maxbooster_distribution.plugin import OUTLET, Outlet

from ..settings import SandboxSettings
from .behavior import Behavior, behavior, set_behavior
from .place import Place
from .schemas import Sandbox, SimulatedOutlet


async def overview(ctx: Context) -> Sandbox:
    place, on = Place.of(ctx), ctx.settings(SandboxSettings).enabled
    if not on:
        return Sandbox(False, False, [])
    return Sandbox(True, place.address() is not None, [_shown(ctx, place, outlet) for outlet in ctx.connectors(OUTLET)])


async def behave(ctx: Context, name: str, wanted: Behavior) -> None:
    """Tell a simulated store what to do with this account's next batches.

    Raises:
        Conflict: sandbox mode is off.
        NotFound: there is no such outlet.
    """
    if not ctx.settings(SandboxSettings).enabled:
        raise Conflict("Sandbox mode is off: real stores do as they please. The operator sets sandbox.enabled.")
    if name not in {outlet.name for outlet in ctx.connectors(OUTLET)}:
        raise NotFound(f"There is no store {name!r}.")
    set_behavior(Place.of(ctx), name, ctx.account, wanted)
    ctx.audit("sandbox.behavior", f"outlet:{name}", after=wanted)


def _shown(ctx: Context, place: Place, outlet: Outlet) -> SimulatedOutlet:
    batches = len(list(place.home(outlet.name, ctx.account).glob("*/BatchComplete_*.xml")))
    return SimulatedOutlet(outlet.name, outlet.title, behavior(place, outlet.name, ctx.account.hex), batches)
