"""Hooks that distribution offers to connectors."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from maxbooster.plugin import hookspec

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .outlets.outlet import DdexOutlet, Endpoint


@hookspec
def outlet() -> DdexOutlet:  # type: ignore[empty-body]
    """Run time. The store that this connector brings: who it is, what it asks for, how it is reached."""


@hookspec
def delivery_endpoint(ctx: Context, outlet: DdexOutlet) -> Awaitable[Endpoint | None]:  # type: ignore[empty-body]
    """Run time. Where deliveries to a store go instead of where the operator's settings lead; None leaves it at that.

    An implementation that raises stops the delivery: nothing goes anywhere else in its stead.
    """
