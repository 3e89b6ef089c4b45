"""Hooks that billing offers to other plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maxbooster.plugin import hookspec

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .providers.interface import Provider


@hookspec
def payment_provider(ctx: Context) -> Provider:  # type: ignore[empty-body]
    """Run time. A payment provider: an object that is a `PaysOut`, `TakesPayments` or `SendsNotices`, or several of
    them. Keep what it needs between calls in its own settings and secrets; the object itself is made anew each time."""


@hookspec
def payments_simulated(ctx: Context) -> bool:  # type: ignore[empty-body]
    """Run time. Whether outside services are simulated here: then people may choose providers that move no money."""
