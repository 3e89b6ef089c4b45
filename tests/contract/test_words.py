"""The language of code, interface and docs: American spelling, and no reference that its reader cannot follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = ("core", "plugins", "examples", "bench", "docs", "tests")
SUFFIXES = {".py", ".ts", ".md", ".css", ".html", ".toml"}
BUILT = {"static", "node_modules", "migrations", "xsd"}
"""Folders whose text is built, frozen or somebody else's."""
BRITISH = re.compile(
    "|".join(
        ("behavi" + "our", "colo" + "ur", "catalog" + "ue", "analy" + "s(e[dr]?|ing)\\b", "licen" + "ce",
         "cancel" + "led(?!\\(|Error)", "cancel" + "ling", "neighbo" + "ur", "favo" + "ur", "normali" + "s[ae]",
         "authori" + "s[ae]", "organi" + "s[ae]", "recogni" + "s[ae]", "optimi" + "s[ae](?!m)", "summari" + "s[ae]")
    ),
    re.IGNORECASE,
)  # fmt: skip
REQUIREMENT = re.compile(r"\([A-Z]-\d\d\b")


def _texts() -> Iterator[tuple[Path, int, str]]:
    found = [path for root in ROOTS for path in (ROOT / root).rglob("*") if path.suffix in SUFFIXES]
    for path in [*found, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        below = path.relative_to(ROOT)
        if not BUILT & set(below.parts) and path.name != "schema.d.ts":
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                yield below, number, line


@pytest.mark.parametrize("wrong", [pytest.param(BRITISH, id="spelling"), pytest.param(REQUIREMENT, id="requirements")])
def test_the_language_is_kept(wrong):
    found = [f"{path}:{number}: {match.group()}" for path, number, line in _texts() if (match := wrong.search(line))]
    assert found == []
