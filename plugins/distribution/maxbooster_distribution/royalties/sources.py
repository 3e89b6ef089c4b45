"""Who pays, as people call them: stores by their connectors' titles."""

from __future__ import annotations

from collections.abc import Callable

from maxbooster.plugin import Context
from maxbooster_billing.plugin import party_name

from ..outlets import service as outlets
from .layouts import plain


async def stores(ctx: Context) -> Callable[[str], str]:
    """A store as a statement writes it → its title, if its connector is there; else as it is written."""
    known: dict[str, str] = {}
    for name, outlet in outlets.offered(ctx).items():
        known |= {plain(name): outlet.title, plain(outlet.title): outlet.title}
    return lambda said: known.get(plain(said), said)


async def names(ctx: Context) -> Callable[[str], str]:
    """A source as it is written in the ledger → its name."""
    titles = {name: outlet.title for name, outlet in outlets.offered(ctx).items()}
    return lambda source: titles.get(source) or party_name(source)
