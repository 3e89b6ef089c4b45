"""Quality control of what is in the catalog, or is about to be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Context, Invalid, NotReady

from ..catalogue import service as catalogue
from ..catalogue.files import audio_of, cover_of
from ..ddex.schemas import Schemas
from ..description import ReleaseDescription
from ..media import AudioFacts, CoverFacts
from ..outlets.outlet import DdexOutlet
from ..quality import vocabulary
from ..quality.review import in_order, review
from ..quality.rule import Finding, Override, Subject
from . import queries
from .models import FindingOverride

_WITHIN_S = 20.0
"""A release of 500 tracks takes a second."""


async def review_release(ctx: Context, release_id: UUID, chosen: Sequence[DdexOutlet]) -> list[Finding]:
    """With the overrides of the release.

    Raises:
        NotFound: no such release in this account.
    """
    found = await catalogue.described(ctx, release_id)
    subject = Subject(description=found.description, audio=found.audio, cover=found.cover, today=ctx.now.date())
    return await _review(subject, chosen, await _decided(ctx, release_id))


async def review_description(
    ctx: Context, said: ReleaseDescription, chosen: Sequence[DdexOutlet], release_id: UUID | None = None
) -> list[Finding]:
    """What would be found if a description were saved as it is; nothing is stored. Overrides of the release count."""
    broken: list[Finding] = []
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
    return broken + [each for each in found if each.field not in fields]


async def _decided(ctx: Context, release_id: UUID) -> list[Override]:
    return [decision(row) for row in await queries.overrides(ctx, release_id)]


def decision(row: FindingOverride) -> Override:
    return Override(id=row.id, rule=row.rule, about=row.about, reason=row.reason, by=row.user_id, at=row.at)


async def _review(subject: Subject, chosen: Sequence[DdexOutlet], overrides: Sequence[Override]) -> list[Finding]:
    """On a thread: whoever else is served does not wait for it.

    Raises:
        NotReady: it takes too long.
    """
    try:
        async with asyncio.timeout(_WITHIN_S):
            return await asyncio.to_thread(_all_findings, subject, chosen, overrides)
    except TimeoutError:
        raise NotReady(f"The review took more than {_WITHIN_S:.0f} seconds. Try again later.") from None


def _all_findings(subject: Subject, chosen: Sequence[DdexOutlet], overrides: Sequence[Override]) -> list[Finding]:
    return in_order([*vocabulary.findings(Schemas(), subject), *review(subject, chosen, overrides)])


def _unusable(error: Invalid) -> Finding:
    return Finding(
        rule="P05", severity="ERROR", field=error.field or "files", message=error.detail, fix="Upload another file."
    )
