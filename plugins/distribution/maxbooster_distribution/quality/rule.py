"""What a rule is: an id, a severity, and a function that says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import Struct

from ..description import ReleaseDescription
from ..media import AudioFacts, CoverFacts

Severity = Literal["ERROR", "WARN", "INFO"]
"""ERROR blocks a delivery, WARN is for a person to look at, INFO is mended without asking."""


class Change(Struct, frozen=True):
    """A field of the description, as `tracks[0].title`, and the value that it should have."""

    field: str
    value: Any


class Finding(Struct, frozen=True, kw_only=True):
    """What a rule found: where, what is wrong and how it is mended."""

    rule: str
    severity: Severity
    field: str
    message: str
    fix: str
    """What to do, in a sentence."""
    changes: list[Change] = msgspec.field(default_factory=list)
    """A safe fix: values to put in place; empty where a person has to decide."""
    outlet: str | None = None
    """The outlet that asks for it; None: all do."""

    @property
    def blocks(self) -> bool:
        return self.severity == "ERROR"


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


Check = Callable[[Subject], Iterable[Objection]]


@dataclass(frozen=True)
class Rule:
    id: str
    severity: Severity
    check: Check

    def findings(self, subject: Subject) -> Iterator[Finding]:
        for each in self.check(subject):
            yield Finding(
                rule=self.id, severity=self.severity, field=each.field, message=each.message, fix=each.fix,
                changes=each.changes,
            )  # fmt: skip


def rule(id: str, severity: Severity) -> Callable[[Check], Rule]:
    """`@rule("T01", "ERROR")` before a function of a Subject."""
    return lambda check: Rule(id, severity, check)
