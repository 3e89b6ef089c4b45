"""What people say of a master: its team, and those with whom it is shared."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid, NotAllowed, NotFound, PersonalData, notify, on

from ..analysis import Analysis
from ..events import MasterCommented
from ..recordings.models import Recording
from ..recordings.schemas import analysis_of
from . import queries
from .models import Master, MasterComment
from .schemas import CommentOut, NewComment

COMMENT = "studio.comment"
MOST_PER_MASTER = 1000


async def add(ctx: Context, master_id: UUID, new: NewComment) -> CommentOut:
    """
    Raises:
        NotFound: no such master in this account.
        Invalid: nothing is said, or not by anybody, or of a place that it does not have.
        Conflict: it has as many comments as a master can have.
    """
    master = await ctx.lock(Master, master_id)
    if await queries.number_of_comments(ctx, master_id) >= MOST_PER_MASTER:
        raise Conflict(f"This master has {MOST_PER_MASTER} comments already; delete some first.")
    grant = ctx.identity.grant if ctx.identity is not None else None
    row = MasterComment(
        master_id=master_id, at_s=_place(new.at_s, analysis_of(master.analysis)), text=_said(new.text, "text"),
        author=_said(new.author, "author"), user_id=ctx.user, grant_id=grant and grant.id, created_at=ctx.now,
    )  # fmt: skip
    ctx.add(row)
    ctx.emit(MasterCommented(master_id, row.id))
    ctx.audit("master.commented", row, after={"master": master_id, "author": row.author, "at_s": row.at_s})
    return CommentOut.of(row, may_delete=True)


def _said(words: str, field: str) -> str:
    if not (said := words.strip()):
        raise Invalid(f"Fill in the {field}.", field=field)
    return said


def _place(at_s: float | None, analysis: Analysis | None) -> float | None:
    if at_s is not None and analysis is not None and at_s > analysis.duration_s:
        raise Invalid(f"{at_s} s is after the end, at {analysis.duration_s} s.", field="at_s")
    return at_s


async def of_master(ctx: Context, master_id: UUID) -> Sequence[CommentOut]:
    """As they come in the sound, those about all of it first.

    Raises:
        NotFound: no such master in this account.
    """
    await ctx.get(Master, master_id)
    return [CommentOut.of(row, may_delete=_may_delete(ctx, row)) for row in await queries.comments(ctx, master_id)]


async def remove(ctx: Context, master_id: UUID, id: UUID) -> None:
    """
    Raises:
        NotFound: no such comment on this master.
        NotAllowed: the master is shared with the caller, and the comment is somebody else's.
    """
    row = await queries.comment(ctx, master_id, id)
    if row is None:
        raise NotFound(f"There is no comment {id} on this master.")
    if not _may_delete(ctx, row):
        raise NotAllowed("You can delete your own comments; its owner can delete all of them.")
    ctx.delete(row)
    ctx.audit("master.comment_deleted", row, before={"master": master_id, "author": row.author})


def _may_delete(ctx: Context, row: MasterComment) -> bool:
    """Members delete any; by a grant, what was said by the same grant, and by the same person where that is known."""
    if ctx.identity is None or not ctx.identity.may(COMMENT):
        return False
    grant = ctx.identity.grant
    return grant is None or (row.grant_id, row.user_id) == (grant.id, ctx.user)


@on(MasterCommented, "studio.tell_of_comment")
async def tell(ctx: Context, commented: MasterCommented) -> None:
    """Of what somebody outside says; the team sees its own on the page."""
    row = await queries.comment(ctx, commented.master, commented.comment)
    if row is None or row.grant_id is None:
        return
    master = await ctx.get(Master, row.master_id)
    recording = await ctx.get(Recording, master.recording_id)
    await notify(
        ctx, "master.commented", "{author} commented on “{title}”",
        text=row.text, path=f"/master/{recording.id}", facts={"author": row.author, "title": recording.title},
        permission="studio.read",
    )  # fmt: skip


personal = PersonalData(table=MasterComment, by="user_id", erase={"user_id": None, "author": "Deleted user"})
subscriptions = (tell,)
