"""Rules T10 to T12: versions and advisories that are typed into a title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .rule import Change, Objection
from .title import BRACKETED, Title, remark, title_rule, without_all
from .words import listed

_DASH = re.compile(r"(?<=\s)[-–—]\s")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LIVE = re.compile(r"live (?:at|from|in)\b")
_Part = tuple[int, int, str]


@title_rule("T10", "ERROR")
def version_in_title(title: Title) -> Iterator[Objection]:
    found = [
        part for part in _remarks(title.text) if _is_version(part[2]) and part[2].lower() not in listed("needless")
    ]
    if not found:
        return
    said = found[0][2]
    rest = without_all(title.text, [part[:2] for part in found])
    changes = [Change(title.field, rest)]
    if not title.subtitle:
        changes.append(Change(title.subtitle_field, said))
    other = len({part[2].lower() for part in found} | {(title.subtitle or said).strip().lower()}) > 1
    yield Objection(
        title.field, f"“{said}” says which version it is, but stands in the title.", "Move it to the version field.",
        [] if other or not rest else changes,
    )  # fmt: skip


def _remarks(text: str) -> list[_Part]:
    """What stands in brackets, and what follows the last dash."""
    first = len(text) - len(text.lstrip())  # what a title begins with belongs to it
    found = [(part.start(), part.end(), remark(part)) for part in BRACKETED.finditer(text) if part.start() > first]
    dash = max(_DASH.finditer(text), key=lambda each: each.start(), default=None)
    if dash is not None and not any(part[1] > dash.start() for part in found):
        found.append((dash.start(), len(text), text[dash.end() :].strip()))
    return found


def _is_version(said: str) -> bool:
    plain = " ".join(_YEAR.sub(" ", said.lower()).split())
    if plain in listed("version") or _LIVE.match(plain):
        return True
    before, _, last = plain.rpartition(" ")
    leads = before.rpartition(" ")[2]
    return last in listed("version_ends") and bool(leads) and leads not in listed("not_before_version")


@title_rule("T11", "ERROR")
def needless_version(title: Title) -> Iterator[Objection]:
    yield from _listed_remark(title, "needless", "says nothing: every recording is that", "Leave it out.")


@title_rule("T12", "ERROR")
def advisory_in_title(title: Title) -> Iterator[Objection]:
    yield from _listed_remark(title, "advisory", "is what the advisory field is for", "Set the advisory instead.")


def _listed_remark(title: Title, name: str, why: str, fix: str) -> Iterator[Objection]:
    """Remarks in brackets, or a whole version field, that are on a list."""
    found = [part for part in BRACKETED.finditer(title.text) if remark(part).lower() in listed(name)]
    if found:
        rest = without_all(title.text, [part.span() for part in found])
        changes = [Change(title.field, rest)] if rest else []
        yield Objection(title.field, f"“{remark(found[0])}” {why}.", fix, changes)
    if title.subtitle and title.subtitle.strip().lower() in listed(name):
        changes = [Change(title.subtitle_field, None)]
        yield Objection(title.subtitle_field, f"“{title.subtitle}” {why}.", fix, changes)


version_rules = [version_in_title, needless_version, advisory_in_title]
