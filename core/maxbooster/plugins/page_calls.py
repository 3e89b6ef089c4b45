"""What a plugin's pages can call from a sandboxed frame: their own family's operations, and those in its manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..http.probe import addresses

if TYPE_CHECKING:
    from ..app import App

_TYPE = re.compile(r":\w+\}")


def page_calls(app: App, plugin: str) -> list[str]:
    """`GET /api/setlist/setlists/{id}`, as pages write it."""
    family, found = plugin.partition(".")[0], app.registry.plugins[plugin].manifest
    declared = set(found.operations) if found else set()
    return sorted(
        call for owner, operation, call in _calls(app) if owner.partition(".")[0] == family or operation in declared
    )


def operations(app: App) -> dict[str, str]:
    """Operation → the plugin whose it is."""
    return {operation: owner for owner, operation, _ in _calls(app)}


def _calls(app: App) -> Iterator[tuple[str, str, str]]:
    for owner, routes in app.offers.routes:
        for handler in routes.handlers:
            for address in addresses(owner, routes.path, handler):
                yield owner, str(handler.operation_id), _TYPE.sub("}", address)
