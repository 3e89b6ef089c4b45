"""The core can be read in an hour: under 6 500 lines of code (blank lines, comments and docstrings apart)."""

from __future__ import annotations

import ast
from pathlib import Path

import maxbooster

TOOLS = {"plugins/check.py", "plugins/reference.py"}
"""Commands for authors, not a part of what runs."""
ROOMS = ("app.py", "context.py", "unit.py", "health.py", "plugins", "db", "jobs", "events", "storage", "http")


def _code_lines(file: Path) -> int:
    source = file.read_text("utf-8")
    prose = {
        number
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return sum(
        1
        for number, line in enumerate(source.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#") and number not in prose
    )


def test_the_core_stays_small():
    package = Path(maxbooster.__file__).parent
    files = [
        file
        for room in ROOMS
        for file in ([package / room] if room.endswith(".py") else (package / room).rglob("*.py"))
    ]
    total = sum(_code_lines(file) for file in files if file.relative_to(package).as_posix() not in TOOLS)
    assert 2_000 < total < 6_500, total


def test_no_file_outgrows_its_room():
    package = Path(maxbooster.__file__).parent
    long = {
        file.name: count
        for file in package.rglob("*.py")
        if file.parent.name != "migrations" and (count := len(file.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}
