"""Patterns that operations declare take what they say and nothing besides: no last line break, no foreign digits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maxbooster.http.assembly import build, description

ROOT = Path(__file__).parents[2]


def declared() -> Iterator[tuple[str, str]]:
    """Place and text of every `pattern=` in the sources."""
    for folder in ("core", "plugins", "examples"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "pattern":
                    yield f"{path.relative_to(ROOT)}:{node.value.lineno}", _text(node.value)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
    return str(node.value) if isinstance(node, ast.Constant) else ""


def published(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            yield pattern
        for each in schema.values():
            yield from published(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from published(each)


def test_no_declared_pattern_takes_a_last_line_break_or_foreign_digits():
    found = dict(declared())
    assert len(found) > 10
    assert {place: text for place, text in found.items() if text.endswith("$") or "\\d" in text or "\\w" in text} == {}


def test_the_description_says_patterns_as_json_schema_reads_them(assembled):
    found = set(published(description(build(assembled()))))
    assert "^[A-Z]{3}$" in found
    assert [each for each in found if "\\Z" in each or "\\d" in each or "\\w" in each] == []
