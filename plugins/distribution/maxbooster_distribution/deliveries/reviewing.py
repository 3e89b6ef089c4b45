"""Quality control of what is in the catalog, or is about to be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Context, Invalid, NotReady

from ..catalog import codes
from ..catalog.files import audio_of, cover_of
from ..catalog.identifiers import ASK_OPERATOR, ISRC, UPC, undeliverable
from ..catalog.service import Described
from ..ddex.schemas import Schemas
from ..description import ReleaseDescription
from ..media import AudioFacts, CoverFacts
from ..outlets.outlet import Outlet
from ..quality import requirements, vocabulary
from ..quality.review import in_order, review, rule_ids
from ..quality.rule import Override, QualityFinding, Subject
from . import queries
from .models import FindingOverride
from .schemas import Review

_CODE_RULES = frozenset({"I02", "I05"})
_WITHIN_S = 20.0
"""A release of 500 tracks takes a second."""


async def review_release(ctx: Context, found: Described, chosen: Sequence[Outlet]) -> list[QualityFinding]:
    """With the overrides of the release."""
    subject = Subject(description=found.description, audio=found.audio, cover=found.cover, today=ctx.now.date())
    found_by_rules = await _review(subject, chosen, await _decided(ctx, found.id))
    return in_order([*await _taken_codes(ctx, found.description, found.id), *found_by_rules])


async def review_description(
    ctx: Context, said: ReleaseDescription, chosen: Sequence[Outlet], release_id: UUID | None = None
) -> list[QualityFinding]:
    """What would be found if a description were saved as it is; nothing is stored. Overrides of the release count."""
    broken: list[QualityFinding] = []
    audio: list[AudioFacts | None] = []
    for index, track in enumerate(said.tracks):
        try:
            audio.append(await audio_of(ctx, track.audio, f"tracks[{index}].audio"))
        except Invalid as error:
            audio.append(None)
            broken.append(_unusable(error))
    cover: CoverFacts | None = None
    try:
        cover = await cover_of(ctx, said.cover, "cover")
    except Invalid as error:
        broken.append(_unusable(error))
    fields = {each.field for each in broken}
    subject = Subject(description=said, audio=audio, cover=cover, today=ctx.now.date())
    found = await _review(subject, chosen, await _decided(ctx, release_id) if release_id else [])
    taken = await _taken_codes(ctx, said, release_id)
    return in_order([*broken, *taken, *(each for each in found if each.field not in fields)])


def tally(findings: Sequence[QualityFinding], chosen: Sequence[Outlet]) -> Review:
    """How many rules were applied, and how many have nothing to object to."""
    applied = rule_ids | _CODE_RULES | (requirements.IDS if chosen else frozenset())
    return Review(
        findings=list(findings),
        blocking=sum(each.blocks for each in findings),
        warnings=sum(not each.blocks and each.override is None for each in findings),
        rules=len(applied),
        passed=len(applied - {each.rule for each in findings}),
    )


async def _taken_codes(ctx: Context, said: ReleaseDescription, release_id: UUID | None) -> list[QualityFinding]:
    """Codes that stand for something else already, told while they are entered."""
    used = await codes.used_elsewhere(ctx, said, release_id)
    written = codes.written(said)
    held = await codes.held_elsewhere(ctx, (code for _, code in written))
    taken: list[QualityFinding] = []
    for field, code in written:
        rule = "I05" if code.kind == UPC else "I02"
        if code in used:
            message, fix = codes.in_use(code, used[code]), _OWN_CODE[code.kind]
        elif code in held:
            message, fix = undeliverable(code), ASK_OPERATOR
        else:
            continue
        taken.append(QualityFinding(rule=rule, severity="ERROR", field=field, message=message, fix=fix))
    return taken


_OWN_CODE = {
    UPC: "Give this release a UPC of its own.",
    ISRC: "If it is the same recording, use that one; if it is another version, give it an ISRC of its own.",
}


async def _decided(ctx: Context, release_id: UUID) -> list[Override]:
    return [decision(row) for row in await queries.overrides(ctx, release_id)]


def decision(row: FindingOverride) -> Override:
    return Override(id=row.id, rule=row.rule, about=row.about, reason=row.reason, by=row.user_id, at=row.at)


async def _review(subject: Subject, chosen: Sequence[Outlet], overrides: Sequence[Override]) -> list[QualityFinding]:
    """On a thread: whoever else is served does not wait for it.

    Raises:
        NotReady: it takes too long.
    """
    try:
        async with asyncio.timeout(_WITHIN_S):
            return await asyncio.to_thread(_all_findings, subject, chosen, overrides)
    except TimeoutError:
        raise NotReady(f"The review took more than {_WITHIN_S:.0f} seconds. Try again later.") from None


def _all_findings(subject: Subject, chosen: Sequence[Outlet], overrides: Sequence[Override]) -> list[QualityFinding]:
    return in_order([*vocabulary.findings(Schemas(), subject), *review(subject, chosen, overrides)])


def _unusable(error: Invalid) -> QualityFinding:
    return QualityFinding(
        rule="P05", severity="ERROR", field=error.field or "files", message=error.detail, fix="Upload another file."
    )
