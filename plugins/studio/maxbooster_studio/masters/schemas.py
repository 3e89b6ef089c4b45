"""What goes over HTTP about masters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from maxbooster.plugin import WorkStatus

from ..analysis import Analysis
from ..audio import FORMATS
from ..kernel import Chain
from ..mastering import USUAL_INTENSITY, Reference, Setting, Wishes
from ..recordings.schemas import Title, analysis_of
from ..targets import Compliance, Target, compliance_of
from .models import Master, MasterComment, Rendering

FormatName = Literal["wav16", "wav24", "wav32f", "flac16", "flac24"]


class NewMaster(Struct):
    target: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    """The name of a target, or a loudness in LUFS such as `-11.5`; unless said, that of the reference, or `spotify`."""
    format: FormatName = "wav24"
    """In which it is rendered first; others can be asked for later."""
    intensity: Annotated[int, Meta(ge=0, le=100)] = USUAL_INTENSITY
    """In percent: 0 changes only what the target needs, 50 is usual, 100 goes twice as far in tone and width."""
    reference_id: UUID | None = None
    """A recording of this account whose spectrum, loudness, width and dynamics are to be come closer to."""


class MasterUpdate(Struct):
    title: Title


class OfferOut(Struct):
    """What can be done with a master elsewhere; `address` is a page of this web application."""

    title: str
    address: str


class MasterMade(Struct):
    id: UUID
    job: UUID
    """Ask `getJob` how far it is."""


class NewRendering(Struct):
    format: FormatName


class RenderingOut(Struct):
    """`file_id` is there when it is done: download it by `getFileContent` or `createFileLink`."""

    id: UUID
    format: str
    title: str
    state: str
    reason: str | None
    job: UUID
    file_id: UUID | None

    @classmethod
    def of(cls, row: Rendering, standing: WorkStatus) -> RenderingOut:
        title = FORMATS[row.format].title
        return cls(row.id, row.format, title, standing.state, standing.reason, row.job_id, row.file_id)


class MasterOut(Struct):
    """`state`: queued → working → done, failed (with a `reason`) or canceled."""

    id: UUID
    recording_id: UUID
    title: str
    target: Target
    intensity: int
    reference: str | None
    """The title of the recording that it was to resemble."""
    reference_id: str | None
    state: str
    reason: str | None
    job: UUID
    created_at: datetime
    format: str
    met: bool | None
    """Whether the result is within 0.1 LU of the target and its true peak at or below the ceiling."""
    settings: list[Setting]
    analysis: Analysis | None
    """Of the result."""
    compliance: list[Compliance]
    renderings: list[RenderingOut]

    @classmethod
    def of(cls, row: Master, renderings: Iterable[Rendering], standings: Mapping[UUID, WorkStatus]) -> MasterOut:
        """`standings`: of the master and of its renderings."""
        analysis = analysis_of(row.analysis)
        return cls(
            id=row.id,
            recording_id=row.recording_id,
            title=row.title or str(row.target["title"]),
            intensity=row.intensity,
            reference=row.reference["title"] if row.reference else None,
            reference_id=row.reference["id"] if row.reference else None,
            target=msgspec.convert(row.target, Target),
            state=standings[row.id].state,
            reason=standings[row.id].reason,
            job=row.job_id,
            created_at=row.created_at,
            format=row.format,
            met=row.met,
            settings=msgspec.convert(row.settings or [], list[Setting]),
            analysis=analysis,
            compliance=compliance_of(analysis),
            renderings=[RenderingOut.of(each, standings[each.id]) for each in renderings if each.master_id == row.id],
        )


class NewComment(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    author: Annotated[str, Meta(min_length=1, max_length=80)]
    """The name that others see beside it."""
    at_s: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    """The place in the sound; none for all of it."""


class CommentOut(Struct):
    id: UUID
    at_s: float | None
    text: str
    author: str
    by_visitor: bool
    """Whether it is by somebody with whom the master is shared."""
    created_at: datetime
    may_delete: bool
    """Whether you may delete it."""

    @classmethod
    def of(cls, row: MasterComment, *, may_delete: bool) -> CommentOut:
        by_visitor = row.grant_id is not None
        return cls(row.id, row.at_s, row.text, row.author, by_visitor, row.created_at, may_delete)


class MasterReview(Struct):
    """What a reviewer sees of a master."""

    id: UUID
    recording: str
    """The title of the recording."""
    title: str
    """The title of the master."""
    state: str
    met: bool | None
    analysis: Analysis | None
    compliance: list[Compliance]
    may_download: bool
    may_comment: bool


class MasterAudio(Struct):
    """Where its sound is."""

    link: str
    """A path on this server; it works without a token for an hour, or until what was shared ends."""
    name: str
    format: str
    size: int


class ChainOut(Struct):
    """The chain for the kernel in the browser."""

    sample_rate_hz: int
    channels: int
    numbers: list[float]
    """float32 values, in the layout that the kernel of this version reads."""
    before_lufs: float
    after_lufs: float
    """To compare at equal loudness, play the recording this much louder or the master this much quieter."""


def wishes_of(row: Master) -> Wishes:
    return Wishes(row.intensity, msgspec.convert(row.reference, Reference) if row.reference else None)


def chain_of(row: Master) -> Chain:
    return msgspec.convert(row.chain, Chain)
