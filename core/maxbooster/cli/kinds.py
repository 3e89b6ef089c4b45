"""`maxbooster plugins kinds`: the kinds of connectors, and the connectors of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
from msgspec import Struct

from ..errors import PluginError, suggestion
from ..plugins.kinds import Kind
from ..plugins.registry import Registry
from .printing import AS_JSON, print_rows


class ConnectorRow(Struct, frozen=True):
    name: str
    plugin: str
    title: str | None
    state: str
    reason: str | None


class KindRow(Struct, frozen=True):
    """A kind and its connectors, for people and programs."""

    kind: str
    family: str
    title: str
    hook: str
    contract: str
    guide: str
    connectors: list[ConnectorRow]


def _chosen(kinds: Mapping[str, Kind[Any]], name: str | None) -> list[Kind[Any]]:
    """The kind of that name, or all.

    Raises:
        PluginError: no family that is enabled has such a kind.
    """
    known = {kind.name: kind for kind in sorted(kinds.values(), key=lambda kind: kind.name)}
    if name is None:
        return list(known.values())
    if name not in known:
        listed = ", ".join(known) or "none"
        raise PluginError(f"No kind is called {name!r}; there are: {listed}.{suggestion(name, list(known))}")
    return [known[name]]


def _row(registry: Registry, kind: Kind[Any]) -> KindRow:
    """What a plugin implements that is off is not known: it stands with every kind of its family."""
    rows = [
        ConnectorRow(
            plugin.name.rpartition(".")[2],
            plugin.name,
            plugin.manifest.title if plugin.manifest else None,
            plugin.state,
            plugin.reason,
        )
        for plugin in sorted(registry.plugins.values(), key=lambda plugin: plugin.name)
        if plugin.name.startswith(f"{kind.family}.") and (plugin.module is None or hasattr(plugin.module, kind.hook))
    ]
    return KindRow(kind.name, kind.family, kind.title, kind.hook, kind.contract, kind.guide, rows)


@click.command("kinds")
@click.argument("kind", required=False)
@AS_JSON
def list_kinds(kind: str | None, as_json: bool) -> None:
    """List the kinds of connectors, and the connectors of each. One that is off stands with each kind of its family."""
    from .running import assembled

    app = assembled()
    rows = [_row(app.registry, each) for each in _chosen(app.kinds, kind)]
    lines = [line for row in rows for line in _lines(row)]
    print_rows(rows, lines, as_json=as_json, empty="No family that is enabled has connectors.")


def _lines(row: KindRow) -> Iterator[str]:
    yield f"{row.kind}: a {row.title} of {row.family}; contract {row.contract}, guide docs/{row.guide}"
    for each in row.connectors:
        yield f"  {each.plugin:24} {each.state:9} {each.reason or each.title or ''}"
