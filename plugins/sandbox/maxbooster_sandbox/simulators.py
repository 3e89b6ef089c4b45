"""Running the simulators that connectors bring, and saying where they are."""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from maxbooster.plugin import Context, simulator_folder

from .outlets.place import Place, write
from .settings import SandboxSettings

_ADDRESS = "address"


@asynccontextmanager
async def simulators_running(ctx: Context) -> AsyncIterator[None]:
    """All of them, in sandbox mode; in one process per data folder, whichever comes first."""
    if not ctx.settings(SandboxSettings).enabled:
        yield
        return
    root = Place.of(ctx).root
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / "simulators.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        async with AsyncExitStack() as running:
            for simulator in ctx.simulators():
                folder = simulator_folder(ctx, simulator.service)
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                address = await running.enter_async_context(simulator.run(ctx, folder))
                write(folder / _ADDRESS, address.encode("ascii"))
            yield


def address_of_simulator(ctx: Context, service: str) -> str | None:
    """Empty: it has a simulator that never ran here."""
    if not ctx.settings(SandboxSettings).enabled or service not in {each.service for each in ctx.simulators()}:
        return None
    try:
        return (simulator_folder(ctx, service) / _ADDRESS).read_text("ascii")
    except FileNotFoundError:
        return ""
