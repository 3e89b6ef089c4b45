"""Patterns of the OpenAPI description. Ours are Python's, where `$` also matches before a last line break and `\\Z`
does not; JSON Schema's are ECMA-262's, where `$` is the end and `\\Z` a letter."""

from __future__ import annotations

from typing import Any

END = r"\Z"


def with_json_patterns(schema: Any) -> Any:
    """The same description, each pattern written as JSON Schema has it."""
    if isinstance(schema, dict):
        return {
            name: _pattern(each) if name == "pattern" else with_json_patterns(each) for name, each in schema.items()
        }
    if isinstance(schema, list | tuple):
        return [with_json_patterns(each) for each in schema]
    return schema


def _pattern(declared: Any) -> Any:
    if isinstance(declared, str) and declared.endswith(END):
        return f"{declared.removesuffix(END)}$"
    return with_json_patterns(declared)
