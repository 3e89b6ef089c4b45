"""All rules over one release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from maxbooster.plugin import Invalid

from ..description import CreditLine, ReleaseDescription
from ..outlets.outlet import Outlet
from . import artists, completeness, requirements, rights, texts, titles, whole
from .rule import Override, QualityFinding, Rule, Subject
from .title import Title, TitleRule, reviewed
from .title import titles as titled

release_rules: list[Rule] = [*artists.rules, *whole.rules, *texts.rules, *completeness.rules, *rights.rules]
rules: list[Rule | TitleRule] = [*titles.rules, *release_rules]
rule_ids = frozenset(each.id for each in rules)
_ORDER = {"ERROR": 0, "WARN": 1, "INFO": 2}


class QualityError(Invalid):
    """Findings that block a delivery; `findings` has each with its rule, field, message and fix."""

    type = "quality"
    title = "The release would be refused"

    @classmethod
    def of(cls, findings: Sequence[QualityFinding]) -> QualityError:
        first, more = findings[0], f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        return cls(f"{first.message} {first.fix}{more}", field=first.field, findings=msgspec.to_builtins(findings))


def review(
    subject: Subject, outlets: Iterable[Outlet] = (), overrides: Iterable[Override] = ()
) -> list[QualityFinding]:
    """The issues to fix, what blocks first. What somebody decided otherwise carries the decision."""
    found = [
        _without_bad_credits(finding, title) for title in titled(subject) for finding in reviewed(title, titles.rules)
    ]
    found += [finding for rule in release_rules for finding in rule.findings(subject)]
    found += requirements.findings(list(outlets), subject)
    decided = {(each.rule, each.about): each for each in overrides}
    return in_order([_decided(each, decided) for each in found])


def _without_bad_credits(finding: QualityFinding, title: Title) -> QualityFinding:
    """A fix that moves names into the credits is offered only if they are names that may stand there."""
    for change in finding.changes:
        if change.field == title.credits_field and _wrong(change.value) - _wrong(title.credits):
            return msgspec.structs.replace(finding, changes=[])
    return finding


def _wrong(credits: list[CreditLine]) -> Counter[tuple[str, str]]:
    """What the rules for names object to, and how often."""
    alone = ReleaseDescription(kind="single", title="", credits=credits)
    subject = Subject(description=alone, audio=[], cover=None, today=date.min)
    found = [finding for rule in (*artists.rules, *texts.rules) for finding in rule.findings(subject)]
    return Counter((each.rule, each.message) for each in found if each.field.startswith("credits"))


def in_order(findings: Iterable[QualityFinding]) -> list[QualityFinding]:
    """What blocks first."""
    return sorted(findings, key=lambda each: (not each.blocks, _ORDER[each.severity]))


def _decided(finding: QualityFinding, decided: Mapping[tuple[str, str], Override]) -> QualityFinding:
    if not finding.overridable:
        return finding
    return msgspec.structs.replace(finding, override=decided.get((finding.rule, finding.about)))


def require(findings: Iterable[QualityFinding]) -> None:
    """
    Raises:
        QualityError: there are findings that block.
    """
    if blocking := [finding for finding in findings if finding.blocks]:
        raise QualityError.of(blocking)
