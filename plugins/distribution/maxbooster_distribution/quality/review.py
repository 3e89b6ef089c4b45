"""All rules over one release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from maxbooster.plugin import Invalid

from ..outlets.outlet import DdexOutlet
from . import completeness, requirements, titles
from .rule import Finding, Rule, Subject

rules: list[Rule] = [*titles.rules, *completeness.rules]
_ORDER = {"ERROR": 0, "WARN": 1, "INFO": 2}


class QualityError(Invalid):
    """Findings that block a delivery; `findings` has each with its rule, field, message and fix."""

    type = "quality"
    title = "The release would be refused"

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> QualityError:
        first, more = findings[0], f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        return cls(f"{first.message} {first.fix}{more}", field=first.field, findings=msgspec.to_builtins(findings))


def review(subject: Subject, outlets: Iterable[DdexOutlet] = ()) -> list[Finding]:
    """What is to be mended, what blocks first."""
    found = [finding for rule in rules for finding in rule.findings(subject)]
    found += [finding for outlet in outlets for finding in requirements.findings(outlet, subject)]
    return sorted(found, key=lambda each: _ORDER[each.severity])


def require(findings: Iterable[Finding]) -> None:
    """
    Raises:
        QualityError: there are findings that block.
    """
    if blocking := [finding for finding in findings if finding.blocks]:
        raise QualityError.of(blocking)
