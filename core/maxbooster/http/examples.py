"""An example for every body and answer of the OpenAPI description, made from its schema: the same every time."""

from __future__ import annotations

from typing import Any

_BY_FORMAT = {
    "uuid": "01a1fbfe-c37e-70b4-8abe-9a19b3222fa7",
    "date-time": "2026-11-21T08:30:00Z",
    "date": "2026-11-21",
    "time": "08:30:00",
    "duration": "PT3M30S",
    "uri": "https://example.org/",
}
_DEEPEST = 6


def with_examples(description: dict[str, Any]) -> dict[str, Any]:
    """The description, with an `examples` entry wherever JSON is sent or answered and none is given."""
    schemas = description.get("components", {}).get("schemas", {})
    for path in description.get("paths", {}).values():
        for operation in path.values():
            for part in (operation.get("requestBody", {}), *operation.get("responses", {}).values()):
                for name, media in part.get("content", {}).items():
                    if "json" in name and not media.get("examples"):
                        media["examples"] = {"example": {"value": _example(media.get("schema", {}), schemas, "", 0)}}
    return description


def _example(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int) -> Any:
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth)
    for given in ("const", "default"):
        if schema.get(given) is not None:
            return list(schema[given]) if isinstance(schema[given], tuple) else schema[given]
    for listed in ("examples", "enum"):
        if schema.get(listed):
            return schema[listed][0]
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            wanted = [each for each in schema[choice] if each.get("type") != "null"] or schema[choice]
            return _example(wanted[0], schemas, name, depth)
    return _plain(schema, schemas, name, depth)


def _plain(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            items = schema.get("items", {})
            each = [] if depth >= _DEEPEST else [_example(items, schemas, name.removesuffix("s"), depth + 1)]
            return each * max(1, schema.get("minItems", 1))
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return int(least) if least == int(least) else least
        case "boolean":
            return True
        case "string":
            text = _BY_FORMAT.get(schema.get("format", ""), name.replace("_", " ") or "text")
            return text[: schema.get("maxLength")]
    return None


def _object(schema: dict[str, Any], schemas: dict[str, Any], depth: int) -> dict[str, Any]:
    """Past the depth at which a schema may well hold itself, only what an object must have."""
    known = {
        name: _example(each, schemas, name, depth + 1)
        for name, each in schema.get("properties", {}).items()
        if depth < _DEEPEST or name in schema.get("required", ())
    }
    more = schema.get("additionalProperties")
    if known or depth >= _DEEPEST or not isinstance(more, dict):
        return known
    return {"name": _example(more, schemas, "value", depth + 1)}
