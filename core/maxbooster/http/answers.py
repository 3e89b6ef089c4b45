"""What is answered is whole: msgspec writes every field of a struct, also those that have a default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Struct

from .excerpt import SCHEMAS, reachable


def with_whole_answers(description: dict[str, Any], answers: Iterable[Any]) -> dict[str, Any]:
    """The same description, with all fields required in what is answered. What is sent too, and may then be shorter,
    is described twice: as `X`, and as `XOut` in answers. `answers`: the types that handlers return.

    Raises:
        ValueError: there is another `XOut`.
    """
    components = description.get("components", {})
    schemas: dict[str, Any] = components.get("schemas", {})
    operations = [operation for path in description.get("paths", {}).values() for operation in path.values()]
    sent = reachable([(each.get("requestBody"), each.get("parameters")) for each in operations], schemas)
    answered = reachable([each.get("responses") for each in operations], schemas)
    short = {name for name in answered - _omitting(answers) if _is_short(schemas[name])}
    twins = {
        name: f"{name}Out" for name in sorted(answered & sent) if reachable({"$ref": SCHEMAS + name}, schemas) & short
    }
    if taken := [twin for twin in twins.values() if twin in schemas]:
        raise ValueError(f"two schemas are called {taken[0]!r}: give one of their structs another name")
    for name in sorted(answered) if short else ():
        schema = _renamed(schemas[name], twins)
        schemas[twins.get(name, name)] = (
            {**schema, "required": sorted(schema["properties"])} if name in short else schema
        )
    for operation in operations:
        operation["responses"] = _renamed(operation["responses"], twins)
    return description


def _is_short(schema: Mapping[str, Any]) -> bool:
    return set(schema.get("properties", ())) > set(schema.get("required", ()))


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _reference(each, names) if key == "$ref" else _renamed(each, names) for key, each in part.items()}
    return [_renamed(each, names) for each in part] if isinstance(part, list | tuple) else part


def _reference(to: str, names: Mapping[str, str]) -> str:
    name = to.removeprefix(SCHEMAS)
    return SCHEMAS + names.get(name, name)


def _omitting(answers: Iterable[Any]) -> set[str]:
    """What the schemas of those structs are called whose fields are left out where they have their default."""
    omitting = [kind for kind in _structs(answers) if kind.__struct_config__.omit_defaults]
    long = {f"{kind.__module__}.{kind.__name__}".replace(".", "_") for kind in omitting}
    return long | {kind.__name__ for kind in omitting}


def _structs(types: Iterable[Any]) -> set[type[Struct]]:
    """Those that the types are, or have within."""
    found: set[type[Struct]] = set()
    waiting = list(types)
    while waiting:
        each = waiting.pop()
        waiting += get_args(each)
        kind = get_origin(each) or each
        if isinstance(kind, type) and issubclass(kind, Struct) and kind not in found:
            found.add(kind)
            waiting += get_type_hints(kind, include_extras=True).values()
    return found
