"""What is typed into a form stays on the device, or its source says why not: every form is the kit's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KIT = ("form.ts", "schema-form.ts", "draft.ts", "draft-bar.ts", "form-draft.ts", "table.ts", "upload.ts")
SOURCES = [
    path
    for folder in (ROOT / "core" / "web", *ROOT.glob("plugins/*/web"))
    for path in sorted((folder / "src").rglob("*.ts"))
    if not path.name.endswith((".test.ts", ".d.ts")) and not (path.parent.name == "ui" and path.name in KIT)
]
APART = {
    "core/web/src/shell/keys.ts": "a button that closes a dialog",
    "core/web/src/shell/palette.ts": "a search",
    "core/web/src/shell/username.ts": "nothing is typed: it tells password managers whose password a form is about",
    "plugins/billing/web/src/drawer.ts": "an amount of a payout, which is to be read again before it is confirmed",
    "plugins/distribution/web/src/credits.ts": "a part of the release editor, whose draft has it",
    "plugins/distribution/web/src/deals.ts": "a part of the release editor, whose draft has it",
    "plugins/distribution/web/src/describing.ts": "the fields of the release editor, whose draft has them",
    "plugins/distribution/web/src/royalties-upload.ts": "how a file is read that was uploaded just now",
    "plugins/studio/web/src/targets.ts": "a choice that starts a master; nothing is written",
    "plugins/studio/web/src/title.ts": "a title, saved by Enter where it stands",
}
"""Sources with controls that have no draft of their own, and why."""
PICKING = r'type="(?:search|checkbox|radio|range|date|color|file)"'
FORM = re.compile(r"<form\b[^>]*>", re.DOTALL)
TYPED = re.compile(r"<(?:wa-input|wa-textarea|textarea|input|wa-tag-input)\b(?:[^>]|=>)*>", re.DOTALL)
SCHEMA_FORM = re.compile(r"<mb-form\b(?:[^>]|=>)*>", re.DOTALL)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)


def keeps(text: str) -> bool:
    """Whether the source has a form of the kit; its type demands an identity or a reason."""
    return "new FormController(" in text or "new Draft(" in text


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_what_is_typed_stays_on_the_device(path):
    text = code(path)
    if named(path) in APART:
        return
    typed = [each for each in TYPED.findall(text) if not re.search(PICKING, each) and "readonly" not in each]
    if typed or FORM.search(text):
        assert keeps(text), f"{named(path)} has {(typed or FORM.findall(text))[0]} and no draft"
    for form in FORM.findall(text):
        assert ".here()}" in form or "new Draft(" in text, f"{named(path)}: {form} is no form of the kit"
    for form in SCHEMA_FORM.findall(text):
        assert re.search(r'\bdraft="|\bunkept="', form), f"{named(path)}: {form} has neither a draft nor a reason"


def test_those_apart_are_there_and_have_something_to_type():
    known = {named(path): code(path) for path in SOURCES}
    for path in APART:
        assert TYPED.search(known[path]) or FORM.search(known[path]), path
        assert not keeps(known[path]), path


def test_no_two_forms_have_the_same_draft():
    names = [
        name
        for path in SOURCES
        for name in re.findall(r'\bdraft: "([^"]+)"|\bdraft="([^"$]+)"', code(path))
        for name in name
        if name
    ]
    assert len(names) > 8
    assert len(set(names)) == len(names), sorted({each for each in names if names.count(each) > 1})


def test_a_form_without_a_draft_is_found():
    for text in ('html`<form @submit=${this.save}><input name="a" /></form>`', 'html`<wa-input name="a"></wa-input>`'):
        assert TYPED.search(text)
        assert not keeps(text)
