"""What a plugin's pages may call: its family's operations, the core's, and those of the families that it requires."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..plugins.registry import Registry

SCHEMAS = "#/components/schemas/"


def callable_by(plugin: str, registry: Registry) -> frozenset[str]:
    """The families whose operations the pages of a family or of one of its connectors may call. What a connector
    requires, its own pages may call, and not its family's: the family is there without it."""
    family = plugin.partition(".")[0]
    manifests = [manifest for _, manifest in registry.enabled() if manifest.name in (family, plugin)]
    required = {name.partition(".")[0] for manifest in manifests for name in manifest.requires}
    return frozenset({"core", family} | required)


def excerpt(description: Mapping[str, Any], families: Collection[str]) -> dict[str, Any]:
    """An OpenAPI description without the operations of other families, and without the schemas that only those need."""
    paths = {path: methods for path, methods in description["paths"].items() if family_of(path) in families}
    components = description.get("components", {})
    schemas = components.get("schemas", {})
    needed = reachable(paths, schemas)
    kept = {name: schema for name, schema in schemas.items() if name in needed}
    return {**description, "paths": paths, "components": {**components, "schemas": kept}}


def family_of(path: str) -> str:
    """`/api/billing/payees` is billing's; what lies elsewhere is the core's."""
    first, _, rest = path.strip("/").partition("/")
    return rest.partition("/")[0] if first == "api" else "core"


def reachable(part: object, schemas: Mapping[str, Any]) -> set[str]:
    """The names of the schemas that a part of a description refers to, directly or not."""
    found: set[str] = set()
    waiting = list(_references(part))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas.get(name))
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if str(part.get("$ref", "")).startswith(SCHEMAS):
            yield part["$ref"].removeprefix(SCHEMAS)
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _references(each)
