"""Whether what accounts have set up still fits, for `maxbooster doctor`."""

from __future__ import annotations

from collections import Counter

from ..context import Context
from ..errors import NotReady
from . import queries, service


async def check(ctx: Context) -> str:
    forms = {
        plugin.name: manifest.account_settings
        for plugin, manifest in ctx.app.registry.enabled()
        if manifest.account_settings is not None
    }
    rows = [row for row in await ctx.app.database.read(queries.everybodys) if row.plugin in forms]
    wrong = Counter(row.plugin for row in rows if service.misfit(ctx.app.keyring, forms[row.plugin], row))
    if wrong:
        told = ", ".join(f"{plugin} ({number})" for plugin, number in sorted(wrong.items()))
        raise NotReady(
            f"What accounts have set up no longer fits these connectors: {told}. Their people see it under"
            " Connections and save it again; nothing is lost."
        )
    return f"{len(rows)} set up"
