"""Hooks that distribution offers to connectors."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from maxbooster.plugin import hookspec

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .outlets.outlet import DdexOutlet, Endpoint, Outlet


@hookspec
def outlet(ctx: Context) -> DdexOutlet:  # type: ignore[empty-body]
    """The store that this connector brings: what it asks for, and how it is reached. Made at the start and whenever it
    is needed, so return at once; `ctx` is for settings. See [kinds](kinds.md)."""


@hookspec
def delivery_endpoint(ctx: Context, outlet: Outlet) -> Awaitable[Endpoint | None]:  # type: ignore[empty-body]
    """Run time. Where deliveries to a store go instead of where the operator's settings lead; None leaves it at that.

    An implementation that raises stops the delivery: nothing goes anywhere else in its stead.
    """
