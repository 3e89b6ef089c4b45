"""Names in the OpenAPI description: a page of `LinkOut` is a `LinkOutPage`, where Litestar spells out its module."""

from __future__ import annotations

import re
from typing import Any

_GENERIC = re.compile(r"([A-Za-z]+)_(?:\w+\.)+(\w+)_")
_SCHEMAS = "#/components/schemas/"


def with_plain_names(schema: dict[str, Any]) -> dict[str, Any]:
    """The same description, with such schemas under their short names.

    Raises:
        ValueError: two schemas would have one name.
    """
    components = schema.get("components", {})
    schemas = components.get("schemas", {})
    plain = {name: _plain(name) for name in schemas}
    if doubled := [name for name in plain.values() if list(plain.values()).count(name) > 1]:
        raise ValueError(f"two schemas are called {doubled[0]!r}: give one of their structs another name")
    named = {plain[name]: each for name, each in schemas.items()}
    return _referring(schema | {"components": components | {"schemas": named}}) if schemas else schema


def _plain(name: str) -> str:
    generic = _GENERIC.fullmatch(name)
    return f"{generic[2]}{generic[1]}" if generic else name


def _referring(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _reference(each) if name == "$ref" else _referring(each) for name, each in schema.items()}
    return [_referring(each) for each in schema] if isinstance(schema, list | tuple) else schema


def _reference(to: Any) -> Any:
    if isinstance(to, str) and to.startswith(_SCHEMAS):
        return _SCHEMAS + _plain(to.removeprefix(_SCHEMAS))
    return to
