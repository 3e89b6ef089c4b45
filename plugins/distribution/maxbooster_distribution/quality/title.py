"""Titles as rules see them: one at a time, with what its fixes would make of it.

Every rule looks at a text in one pass, so that its time grows no faster than the text: no pattern begins with a
repetition or has two of them side by side, and what is taken out is taken out at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from ..description import FEATURED, MAIN, CreditLine, ReleaseDescription, TrackDescription
from .rule import Change, Objection, QualityFinding, Severity, Subject

BRACKETED = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_DASHES = "-–—"


class Title(Struct, frozen=True):
    """One title of a release, where it stands, and who is credited there."""

    field: str
    text: str
    subtitle: str | None
    language: str
    credits: list[CreditLine]

    @property
    def subtitle_field(self) -> str:
        return self.field.removesuffix("title") + "subtitle"

    @property
    def credits_field(self) -> str:
        return self.field.removesuffix("title") + "credits"

    def names(self, role: str) -> list[str]:
        return [credit.name for credit in self.credits if credit.role == role]

    def after(self, changes: Iterable[Change]) -> Title:
        """As it would be with these values in place."""
        now: dict[str, Any] = {change.field: change.value for change in changes}
        return msgspec.structs.replace(
            self,
            text=now.get(self.field, self.text),
            subtitle=now.get(self.subtitle_field, self.subtitle),
            credits=now.get(self.credits_field, self.credits),
        )


def titles(subject: Subject) -> Iterator[Title]:
    """The release's title, then each track's."""
    said = subject.description
    yield _title("title", said, said.language, said.credits)
    for index, track in enumerate(said.tracks):
        yield _title(f"tracks[{index}].title", track, track.language or said.language, said.credits_of(track))


def _title(field: str, said: ReleaseDescription | TrackDescription, language: str, credits: list[CreditLine]) -> Title:
    return Title(field, said.title, said.subtitle, language, credits)


Check = Callable[[Title], Iterable[Objection]]


@dataclass(frozen=True)
class TitleRule:
    id: str
    severity: Severity
    overridable: bool
    check: Check

    def findings(self, title: Title) -> Iterator[QualityFinding]:
        for each in self.check(title):
            about = title.subtitle if each.field == title.subtitle_field else title.text
            yield each.found(self.id, self.severity, overridable=self.overridable, about=about or "")


def title_rule(id: str, severity: Severity, *, overridable: bool = True) -> Callable[[Check], TitleRule]:
    """`@title_rule("T02", "ERROR")` before a function of one Title. How a title is written is a matter of judgment, so
    a person may decide otherwise, unless nothing can be written at all."""
    return lambda check: TitleRule(id, severity, overridable, check)


def reviewed(title: Title, rules: Iterable[TitleRule]) -> list[QualityFinding]:
    """What rules find in a title. A fix is offered only if it ends what its rule found and leads to nothing new."""
    found = _found(title, rules)
    known = {(each.rule, each.field) for each in found}
    return [
        each if _is_safe(each, title, rules, known) else msgspec.structs.replace(each, changes=[]) for each in found
    ]


def _found(title: Title, rules: Iterable[TitleRule]) -> list[QualityFinding]:
    return [finding for rule in rules for finding in rule.findings(title)]


def _is_safe(finding: QualityFinding, title: Title, rules: Iterable[TitleRule], known: set[tuple[str, str]]) -> bool:
    if not finding.changes:
        return True
    left = {(each.rule, each.field) for each in _found(title.after(finding.changes), rules)}
    return (finding.rule, finding.field) not in left and left <= known


# Texts without a part


def remark(part: re.Match[str]) -> str:
    """What stands within brackets."""
    return (part.group(1) if part.group(1) is not None else part.group(2)).strip()


def without(text: str, start: int, end: int) -> str:
    """The text without a part, and without the space and dash that led to it."""
    before = text[:start].rstrip().rstrip(_DASHES).rstrip()
    return f"{before} {text[end:].strip()}".strip()


def without_all(text: str, parts: Iterable[tuple[int, int]]) -> str:
    """The text without several parts, which follow each other."""
    kept, end = [], 0
    for start, stop in parts:
        kept.append(text[end:start].rstrip().rstrip(_DASHES))
        end = stop
    return " ".join(piece.strip() for piece in (*kept, text[end:]) if piece.strip())


def main_and_featured(title: Title) -> tuple[set[str], set[str]]:
    return {name.lower() for name in title.names(MAIN)}, {name.lower() for name in title.names(FEATURED)}
