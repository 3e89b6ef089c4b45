"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from msgspec import Struct

from .behavior import Behavior


class SimulatedOutlet(Struct):
    name: str
    title: str
    behavior: Behavior
    batches: int
    """How many this account has delivered there."""


class Sandbox(Struct):
    enabled: bool
    """Whether outside services are simulated; then nothing that is done here leaves this machine."""
    running: bool
    """Whether the simulator listens: a process that works (`maxbooster up` or `worker`) keeps it."""
    outlets: list[SimulatedOutlet]
