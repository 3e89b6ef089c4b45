"""What a rule is: an id, a severity, and a function that says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from ..description import ReleaseDescription
from ..media import AudioFacts, CoverFacts

Severity = Literal["ERROR", "WARN", "INFO"]
"""ERROR blocks a delivery, WARN is for a person to look at, INFO is fixed without asking."""


class Change(Struct, frozen=True):
    """A field of the description, as `tracks[0].title`, and the value that it should have."""

    field: str
    value: Any


class Override(Struct, frozen=True, kw_only=True):
    """A person's decision that a finding is wrong, or does not matter here."""

    id: UUID
    rule: str
    about: str
    reason: str
    by: UUID | None
    """Who took it."""
    at: datetime


class QualityFinding(Struct, frozen=True, kw_only=True):
    """What a rule found: where, what is wrong and how it is fixed."""

    rule: str
    severity: Severity
    field: str
    message: str
    fix: str
    """What to do, in a sentence."""
    changes: list[Change] = msgspec.field(default_factory=list)
    """A safe fix: values to put in place; empty where a person has to decide."""
    outlets: list[str] = []
    """The stores that ask for it; empty: all do."""
    about: str = ""
    """The text that it objects to; an override holds for this text."""
    overridable: bool = False
    """Whether a person may decide otherwise, with a reason; not where a store refuses it or nothing can be written."""
    override: Override | None = None
    """The decision that was taken; then it blocks nothing."""

    @property
    def blocks(self) -> bool:
        return self.severity == "ERROR" and self.override is None


class Subject(Struct, frozen=True, kw_only=True):
    """What is reviewed. `audio` runs parallel to the tracks; None where a file is missing or unknown."""

    description: ReleaseDescription
    audio: list[AudioFacts | None]
    cover: CoverFacts | None
    today: date


class Objection(Struct, frozen=True):
    """A finding without its rule."""

    field: str
    message: str
    fix: str
    changes: list[Change] = msgspec.field(default_factory=list)

    def found(self, rule: str, severity: Severity, *, overridable: bool = False, about: str = "") -> QualityFinding:
        return QualityFinding(
            rule=rule, severity=severity, field=self.field, message=self.message, fix=self.fix, changes=self.changes,
            overridable=overridable, about=about,
        )  # fmt: skip


Check = Callable[[Subject], Iterable[Objection]]


@dataclass(frozen=True)
class Rule:
    id: str
    severity: Severity
    check: Check
    overridable: bool = False

    def findings(self, subject: Subject) -> Iterator[QualityFinding]:
        for each in self.check(subject):
            about = each.message if self.overridable else ""  # it quotes what it objects to
            yield each.found(self.id, self.severity, overridable=self.overridable, about=about)


def rule(id: str, severity: Severity, *, overridable: bool = False) -> Callable[[Check], Rule]:
    """`@rule("A01", "ERROR")` before a function of a Subject."""
    return lambda check: Rule(id, severity, check, overridable)
