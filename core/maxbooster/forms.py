"""Forms made from structs: their JSON Schema, which fields are secret, and what was wrong with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from msgspec import Struct

from .errors import Invalid

_SIMPLE = ("string", "integer", "number", "boolean")


def form_of(kind: type[Struct]) -> dict[str, Any]:
    """The JSON Schema of a struct, whole in itself."""
    return msgspec.json.schema(kind)


def fields_of(kind: type[Struct]) -> dict[str, dict[str, Any]]:
    """Field as a form sends it → its JSON Schema, without `null` and with what it refers to."""
    known = form_of(kind)["$defs"]
    return {name: _meant(schema, known) for name, schema in known[kind.__name__]["properties"].items()}


def secrets_of(kind: type[Struct]) -> frozenset[str]:
    return frozenset(name for name, schema in fields_of(kind).items() if schema.get("format") == "password")


def form_fault(kind: type[Struct]) -> str | None:
    """Why a form cannot ask for it; None: it can."""
    try:
        fields = fields_of(kind)
    except (TypeError, NameError) as error:
        return f"{kind.__name__} cannot be a form: {error}"
    for name, schema in fields.items():
        if not _is_simple(schema) and not (schema.get("type") == "array" and _is_simple(schema.get("items", {}))):
            return (
                f"{kind.__name__} cannot be a form: {name!r} is neither text, a number, a boolean, a choice, nor a list"
                " of text"
            )
    return None


def wrong_field(error: msgspec.ValidationError) -> Invalid:
    """msgspec quotes no value, only names and what was expected."""
    said, _, path = str(error).partition(" - at `$.")
    if "missing required field" in said:
        path = said.split("`")[1]
    return Invalid(f"{said}.", field=path.rstrip("`") or None)


def _meant(schema: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(some) == 1:
        return {**_meant(some[0], known), **{name: each for name, each in schema.items() if name != "anyOf"}}
    if "$ref" in schema:
        return {**known[cast(str, schema["$ref"]).rpartition("/")[2]], **schema}
    return {**schema, **({"items": _meant(schema["items"], known)} if isinstance(schema.get("items"), dict) else {})}


def _is_simple(schema: Mapping[str, Any]) -> bool:
    return "enum" in schema or schema.get("type") in _SIMPLE
