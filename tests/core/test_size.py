"""The core's machinery, on which everything stands, can be read in an afternoon: under 8,600 lines of code, blank
lines, comments and docstrings apart. What is built upon it (auth, connections, webhooks, mail, notices, the web's own
pages, the command line) is not counted; each file keeps its size."""

from __future__ import annotations

import ast
from pathlib import Path

import maxbooster

TOOLS = {
    "plugins/check.py",
    "plugins/blocking.py",
    "plugins/contracting.py",
    "plugins/enabling.py",
    "plugins/reference.py",
    "plugins/templates.py",
}
"""Commands for authors and operators, not a part of what runs."""
MACHINERY = (
    "app.py",
    "context.py",
    "environment.py",
    "unit.py",
    "rows.py",
    "paging.py",
    "health.py",
    "plugins",
    "db",
    "jobs",
    "events",
    "storage",
    "http",
)


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
        for room in MACHINERY
        for file in ([package / room] if room.endswith(".py") else (package / room).rglob("*.py"))
    ]
    total = sum(_code_lines(file) for file in files if file.relative_to(package).as_posix() not in TOOLS)
    assert 2_000 < total < 8_600, total


def test_no_file_outgrows_its_room():
    package = Path(maxbooster.__file__).parent
    long = {
        file.name: count
        for file in package.rglob("*.py")
        if file.parent.name != "migrations" and (count := len(file.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}
