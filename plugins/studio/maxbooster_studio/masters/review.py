"""What somebody may see of a master that is shared with them: the sound, and the report of its loudness."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Grantable, Part, Right, StoredFile, Work

from ..audio import format_named
from ..events import MasterCommented
from ..recordings.models import Recording
from ..recordings.schemas import analysis_of
from ..targets import compliance_of
from . import queries
from .comments import COMMENT
from .models import Master, MasterComment, MasterPicture, Rendering
from .schemas import MasterAudio, MasterReview

READ, DOWNLOAD = "studio.read", "studio.download"
LASTS = timedelta(hours=1)
"""Of the address of the sound, which ends earlier with what was shared."""
_SMALLEST_FIRST = ("flac16", "flac24", "wav16", "wav24", "wav32f")


async def review(ctx: Context, id: UUID) -> MasterReview:
    """
    Raises:
        NotFound: no such master in this account.
    """
    row = await ctx.get(Master, id)
    recording = await ctx.get(Recording, row.recording_id)
    analysis = analysis_of(row.analysis)
    return MasterReview(
        row.id, recording.title, _name(row), row.state, row.met, analysis, compliance_of(analysis),
        _may(ctx, DOWNLOAD), _may(ctx, COMMENT),
    )  # fmt: skip


def _may(ctx: Context, permission: str) -> bool:
    return ctx.identity is not None and ctx.identity.may(permission)


async def audio(ctx: Context, id: UUID) -> MasterAudio:
    """The smallest file of it, to listen to.

    Raises:
        NotFound: no such master in this account.
        Conflict: it is not done.
    """
    return await _link(ctx, await ctx.get(Master, id), _SMALLEST_FIRST)


async def download(ctx: Context, id: UUID) -> MasterAudio:
    """The file in the format that the master was made in, if it is there; else the best.

    Raises:
        NotFound: no such master in this account.
        Conflict: it is not done.
    """
    row = await ctx.get(Master, id)
    return await _link(ctx, row, (row.format, *reversed(_SMALLEST_FIRST)))


async def _link(ctx: Context, row: Master, formats: tuple[str, ...]) -> MasterAudio:
    rendered = await queries.renderings(ctx, [row.id])
    files = {each.format: each.file_id for each in rendered if each.state == Work.DONE and each.file_id is not None}
    found = next(((format, files[format]) for format in formats if format in files), None)
    if found is None:
        raise Conflict(f"This master is {row.state}; it can be heard once it is done.", field="state")
    format, file_id = found
    file = StoredFile.of(await ctx.files.get(file_id))
    return MasterAudio(ctx.files.link(file, LASTS), file.name, format_named(format).title, file.size)


async def title(ctx: Context, id: UUID) -> str:
    """`Nightfall – Spotify`."""
    row = await ctx.get(Master, id)
    recording = await ctx.get(Recording, row.recording_id)
    return f"{recording.title} – {_name(row)}"


def _name(row: Master) -> str:
    return row.title or str(row.target["title"])


grantable = Grantable(
    name="studio.master",
    title="Master",
    rights=(
        Right(READ, "Listen, see the loudness report and the comments"),
        Right(DOWNLOAD, "Download the file"),
        Right(COMMENT, "Comment", writes=(MasterComment,), emits=(MasterCommented,)),
    ),
    parts=(
        Part(Master),
        Part(MasterPicture),
        Part(Rendering, "master_id"),
        Part(MasterComment, "master_id"),
        Part(Recording, "id", (Master, "id", "recording_id")),
    ),
    files=(Rendering, "master_id", "file_id"),
    load_title=title,
    tag="mb-studio-review",
    module="review.js",
)
