"""Names of jobs, audit entries and security events are for programs; in the application each has a text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import maxbooster
from maxbooster.app import App
from maxbooster.settings import read

CORE = Path(maxbooster.__file__).parent
ROOTS = [CORE, *(CORE.parent.parent / "plugins").glob("*/maxbooster_*"), CORE.parent.parent / "examples"]
NAME_OF_ENTRY = {"audit": 0, "Entry": 3, "_recorded": 2}
"""Which argument of these calls is the name of an audit entry."""


def _calls() -> Iterator[ast.expr]:
    for root in ROOTS:
        for path in root.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    place = NAME_OF_ENTRY.get(called)
                    if place is not None and len(node.args) > place:
                        yield node.args[place]


def _security_events() -> Iterator[str]:
    from maxbooster.auth import events

    for each in vars(events).values():
        if isinstance(each, type) and issubclass(each, events.SecurityEvent) and each is not events.SecurityEvent:
            yield each.name()


def test_every_audit_entry_of_our_own_has_a_text():
    texts = App(read({"MAXBOOSTER_EXAMPLES": "true"})).offers.catalog["en"]
    names = {*_security_events()}
    for given in _calls():
        match given:
            case ast.Constant(value=str(name)):
                names.add(name)
            case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), *_]):
                assert any(known.startswith(f"audit.{prefix}") for known in texts), ast.unparse(given)
    assert len(names) > 40
    assert {name for name in names if f"audit.{name}" not in texts} == set()


def test_every_job_of_our_own_has_a_text():
    app = App(read({"MAXBOOSTER_EXAMPLES": "true"}))
    ours = list(app.jobs)
    assert {name for name in ours if f"job.{name}" not in app.offers.catalog["en"]} == set()


def test_no_text_shows_the_plumbing():
    """Nothing that reads like a name in code."""
    for name, text in App(read({"MAXBOOSTER_EXAMPLES": "true"})).offers.catalog["en"].items():
        assert "_" not in text, name
        assert "::" not in text, name


def test_the_navigation_follows_the_work():
    panels = sorted((panel.order, panel.id) for _, panel in App(read({"MAXBOOSTER_EXAMPLES": "true"})).offers.panels)
    ids = [id for _, id in panels]
    assert ids.index("studio.master") < ids.index("distribution.releases") < ids.index("billing.money")
    assert ids[-1].startswith("setlist.")
