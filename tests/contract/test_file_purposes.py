"""Whoever makes a file, or keeps one that was uploaded, says who may see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Mapper

from maxbooster.app import App
from maxbooster.db.models import Table
from maxbooster.settings import read

ROOT = Path(__file__).parents[2]
EVERYBODY = "file.read"
KEPT = {
    "core_facts_part.file_id": "core.facts",
    "core_upload_part.file_id": EVERYBODY,
    "distribution_acknowledgement.file_id": "distribution.answer",
    "distribution_delivery.manifest_file_id": "distribution.message",
    "distribution_delivery.message_file_id": "distribution.message",
    "distribution_release.cover_file_id": EVERYBODY,
    "distribution_royalty_statement.file_id": "distribution.statement",
    "distribution_royalty_statement.lines_file_id": "distribution.lines",
    "distribution_track.audio_file_id": EVERYBODY,
    "studio_preview.file_id": "studio.preview",
    "studio_recording.file_id": EVERYBODY,
    "studio_rendering.file_id": EVERYBODY,
}
"""Column that leads to a file → its purpose, or `file.read`: a file that people work with."""
NO_FILES = {"billing_bank_order.file_id"}
"""Columns of that name that lead to rows of another table, which hold their text themselves."""


@pytest.fixture(scope="module")
def assembled() -> App:
    return App(read({"MAXBOOSTER_EXAMPLES": "true"}))


def calls(folder: Path) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(folder.rglob("*.py")):
        if ".venv" in path.parts or "node_modules" in path.parts or "build" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".files.put"):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


@pytest.mark.parametrize("folder", ["core", "plugins", "examples"])
def test_whoever_makes_a_file_says_what_it_is(folder):
    found = list(calls(ROOT / folder))
    assert found, "nothing makes files here any more?"
    silent = [at for at, call in found if "purpose" not in {each.arg for each in call.keywords}]
    assert silent == [], "name a purpose=, or None for a file that everybody with file.read may see"


def test_every_column_that_leads_to_a_file_is_known_with_its_purpose(assembled):
    mappers: set[Mapper[Any]] = set(Table.registry.mappers)
    found = {
        f"{mapper.local_table.name}.{column.name}"
        for mapper in mappers
        if mapper.class_.__module__.startswith("maxbooster")
        for column in mapper.local_table.columns
        if column.name == "file_id" or column.name.endswith("_file_id")
    }
    assert found - NO_FILES == set(KEPT), "say here which purpose files of a new column have"
    assert set(KEPT.values()) - {EVERYBODY} == set(assembled.offers.file_purposes)


def test_a_purpose_needs_a_permission_that_there_is(assembled):
    assert {each.permission for each in assembled.offers.file_purposes.values()} <= set(assembled.offers.permissions)
