"""Findings that somebody decided otherwise about: who, when and why, on record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid

from ..catalog import queries as catalog
from ..catalog.service import described
from ..quality.rule import Override, QualityFinding
from . import overview, queries
from .models import FindingOverride
from .reviewing import decision, review_release


async def overrides(ctx: Context, release_id: UUID) -> list[Override]:
    """The newest first.

    Raises:
        NotFound: no such release in this account.
    """
    await catalog.release(ctx, release_id)
    return [decision(row) for row in await queries.overrides(ctx, release_id)]


async def override(ctx: Context, release_id: UUID, rule: str, field: str, reason: str) -> Override:
    """Let a finding block nothing any more, as long as the text that it is about stays the same.

    Raises:
        NotFound: no such release in this account.
        Invalid: no reason is given.
        Conflict: there is no such finding, or stores refuse what it found whatever anybody decides.
    """
    if not reason.strip():
        raise Invalid("The reason is blank. Write why the finding does not apply.", field="reason")
    chosen = [each.outlet for each in await overview.reached(ctx) if each.endpoint]
    finding = _found(await review_release(ctx, await described(ctx, release_id), chosen), rule, field)
    row = await queries.override_about(ctx, release_id, rule, finding.about)
    if row is None:
        row = FindingOverride(release_id=release_id, rule=rule, about=finding.about)
        ctx.add(row)
    row.reason, row.user_id, row.at = reason.strip(), ctx.user, ctx.now
    said = {"rule": rule, "field": field, "about": finding.about, "reason": row.reason}
    ctx.audit("finding.overridden", f"distribution_release:{release_id}", after=said)
    return decision(row)


def _found(findings: Sequence[QualityFinding], rule: str, field: str) -> QualityFinding:
    finding = next((each for each in findings if (each.rule, each.field) == (rule, field)), None)
    if finding is None:
        raise Conflict(f"The review has no finding {rule} at {field}. Review the release again.", field="rule")
    if not finding.overridable:
        raise Conflict(f"{rule} cannot be overridden: stores refuse it. {finding.fix}", field="rule")
    return finding


async def withdraw(ctx: Context, release_id: UUID, id: UUID) -> None:
    """
    Raises:
        NotFound: no such override of this release.
    """
    row = await queries.override(ctx, release_id, id)
    ctx.audit("finding.override_withdrawn", f"distribution_release:{release_id}", before={"rule": row.rule})
    ctx.delete(row)
