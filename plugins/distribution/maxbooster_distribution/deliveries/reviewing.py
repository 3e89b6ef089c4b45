"""Quality control of what is in the catalogue, or is about to be."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Context, Invalid

from ..catalogue import service as catalogue
from ..catalogue.files import audio_of, cover_of
from ..ddex.schemas import Schemas
from ..description import ReleaseDescription
from ..media import AudioFacts, CoverFacts
from ..outlets.outlet import DdexOutlet
from ..quality import vocabulary
from ..quality.review import review
from ..quality.rule import Finding, Subject


async def review_release(ctx: Context, release_id: UUID, chosen: Sequence[DdexOutlet]) -> list[Finding]:
    """
    Raises:
        NotFound: no such release in this account.
    """
    found = await catalogue.described(ctx, release_id)
    return _review(ctx, found.description, found.audio, found.cover, chosen)


async def review_description(ctx: Context, said: ReleaseDescription, chosen: Sequence[DdexOutlet]) -> list[Finding]:
    """What would be found if a description were saved as it is; nothing is stored."""
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
    found = _review(ctx, said, audio, cover, chosen)
    return broken + [each for each in found if each.field not in fields]


def _review(
    ctx: Context, said: ReleaseDescription, audio: list[AudioFacts | None], cover: CoverFacts | None,
    chosen: Sequence[DdexOutlet],
) -> list[Finding]:  # fmt: skip
    subject = Subject(description=said, audio=audio, cover=cover, today=ctx.now.date())
    words = vocabulary.findings(Schemas(), subject)
    return sorted([*words, *review(subject, chosen)], key=lambda each: each.severity != "ERROR")


def _unusable(error: Invalid) -> Finding:
    return Finding(
        rule="P05", severity="ERROR", field=error.field or "files", message=error.detail, fix="Upload another file."
    )
