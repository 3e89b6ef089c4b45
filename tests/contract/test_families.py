"""Who may import whom, over whatever families there are: the folders and the manifests say it, no list does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
CORE = "maxbooster"
FAMILIES = sorted(found.parent.name for found in ROOT.glob("*/*/maxbooster_*/__init__.py"))
OFFERED = {"plugin", "testing"}
"""What a distribution offers to those that may import it: its public module, and what their tests need."""


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(CORE, *FAMILIES, cache_dir=str(ROOT / ".build" / "imports"))


def _crossing(imports: grimp.ImportGraph, package: str) -> Iterator[tuple[str, str, str]]:
    """(importer, imported package, its module) of each import from a package into another one."""
    for importer in imports.find_descendants(package) | {package}:
        for imported in imports.find_modules_directly_imported_by(importer):
            of, _, module = imported.partition(".")
            if of != package:
                yield importer, of, module


def _told(found: list[tuple[str, str, str]]) -> list[str]:
    return sorted(f"{importer} imports {of}.{module}" for importer, of, module in found)


def test_the_families_are_found():
    assert {"maxbooster_billing", "maxbooster_distribution", "maxbooster_studio"} <= set(FAMILIES)


def test_the_core_knows_no_family(imports):
    assert _told(list(_crossing(imports, CORE))) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_imports_what_the_core_and_those_it_requires_offer(imports, family):
    manifest = import_module(f"{family}.plugin").manifest
    known = {CORE, *(f"{CORE}_{name}" for name in manifest.requires)}
    wrong = [
        each for each in _crossing(imports, family) if each[1] not in known or each[2].partition(".")[0] not in OFFERED
    ]
    assert _told(wrong) == []


def test_data_knows_nothing_of_http_jobs_or_the_command_line(imports):
    layers = {f"{CORE}.{name}" for name in ("http", "cli", "app", "context")}
    below = imports.find_descendants(f"{CORE}.db")
    wrong = [
        (importer, imported)
        for importer in below
        for imported in imports.find_modules_directly_imported_by(importer)
        if any(imported == layer or imported.startswith(f"{layer}.") for layer in layers)
    ]
    assert wrong == []


@pytest.mark.parametrize("module", [f"{package}.plugin" for package in (CORE, *FAMILIES)])
def test_whatever_a_public_module_offers_is_there(module):
    offering = import_module(module)
    assert all(hasattr(offering, name) for name in dir(offering))
    with pytest.raises(AttributeError, match="has no 'nothing_of_the_kind'|has no attribute"):
        _ = offering.nothing_of_the_kind


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_needs_nothing_of_the_context_but_what_is_public(family):
    [folder] = ROOT.glob(f"*/*/{family}")
    sources = {path: path.read_text("utf-8") for path in folder.rglob("*.py")}
    inside = re.compile(r"\bctx\.(app|_\w+)\b")
    assert {str(path): match.group() for path, text in sources.items() if (match := inside.search(text))} == {}


@pytest.mark.parametrize("family", FAMILIES)
def test_services_and_jobs_import_in_one_direction(imports, family):
    """Routes → services → jobs → what both need; an import in a function is one too."""
    circles = [
        f"{module} → {imported} → … → {module}"
        for module in sorted(imports.find_descendants(family))
        if module.endswith((".service", ".jobs"))
        for imported in sorted(imports.find_modules_directly_imported_by(module))
        if imports.chain_exists(importer=imported, imported=module)
    ]
    assert circles == []
