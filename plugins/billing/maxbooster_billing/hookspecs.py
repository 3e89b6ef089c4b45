"""Hooks that billing offers to other plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maxbooster.plugin import hookspec

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .providers.interface import Provider


@hookspec
def payment_provider(ctx: Context) -> Provider:  # type: ignore[empty-body]
    """A payment provider: an object that is a `PaysOut` or `TakesPayments`, or both. Made at the start and whenever it
    is needed, so return at once; `ctx` is for settings. Keep what it needs between calls in its tables and secrets.
    See [kinds](kinds.md)."""


@hookspec
def payments_simulated(ctx: Context) -> bool:  # type: ignore[empty-body]
    """Run time. Whether outside services are simulated here: then people may choose providers that move no money."""
