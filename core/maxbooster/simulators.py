"""Simulators of outside services: what a connector brings, so that everything can be tried without keys."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec import Struct

from .context import Context
from .errors import NotReady


class Simulator(Struct, frozen=True):
    """A service that answers as the real one does, on this machine, and moves nothing.

    `run` takes a Context outside any account and a folder that is the simulator's own; while it is open, the service
    answers at the address that it gives. One process runs it at a time.
    """

    service: str
    """What `simulated_address` calls it: `stripe`."""
    run: Callable[[Context, Path], AbstractAsyncContextManager[str]]


async def simulated_address(ctx: Context, service: str) -> str | None:
    """Where an outside service is simulated; None: it is not, and the real one is meant.

    Raises:
        NotReady: it should be, and isn't running yet.
    """
    for answer in await ctx.ask("simulated", service=service):
        if answer.error is not None:
            raise NotReady(f"Whether {service} is simulated here can't be told; the log says more.")
        if answer.value == "":
            raise NotReady(f"The simulated {service} isn't running: `maxbooster up` or `worker` keeps it.")
        if answer.value is not None:
            return str(answer.value)
    return None


def simulator_folder(ctx: Context, service: str) -> Path:
    """What a simulator keeps, for its connector to find a secret in."""
    return ctx.data / "sandbox" / "simulators" / service
