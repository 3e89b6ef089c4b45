"""The rules of recordings."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, Work, work_status

from ..masters import queries as masters
from ..masters.service import refuse_used
from . import queries
from .jobs import analyze
from .models import Recording
from .schemas import NewRecording, RecordingMade
from .titles import title_of

READY = "ready"


async def bring(ctx: Context, new: NewRecording) -> RecordingMade:
    """A recording of a file, which will be measured. Asked again, it is the same one, measured again if that failed or
    was canceled.

    Raises:
        NotFound: no such file in this account.
        Conflict: the file is not ready.
    """
    file = await ctx.files.for_caller(new.file_id)
    if file.state != READY:
        raise Conflict(
            f"The file {file.name} is {file.state}; only one that is ready can be measured.", field="file_id"
        )
    row = await queries.of_file(ctx, file.id)
    if row is not None and (await work_status(ctx, row)).state not in Work.OVER:
        return RecordingMade(row.id, row.job_id)
    if row is None:
        row = Recording(file_id=file.id, title=new.title or title_of(file.name), created_at=ctx.now)
        ctx.add(row)
    row.state, row.reason, row.job_id = Work.QUEUED, None, ctx.enqueue(analyze, row.id, key=str(row.id))
    ctx.audit("recording.brought", row, after={"file": file.id, "title": row.title})
    return RecordingMade(row.id, row.job_id)


async def rename(ctx: Context, id: UUID, title: str) -> Recording:
    """
    Raises:
        NotFound: no such recording in this account.
    """
    row = await ctx.lock(Recording, id)
    ctx.audit("recording.renamed", row, before={"title": row.title}, after={"title": title})
    row.title = title
    return row


async def remove(ctx: Context, id: UUID) -> None:
    """Forget a recording and its masters; the files stay among the files, what was only made to be played apart.

    Raises:
        NotFound: no such recording in this account.
        Conflict: something uses a file of one of its masters, such as a release; names it.
    """
    row = await ctx.get(Recording, id)
    await refuse_used(ctx, await masters.of_recording(ctx, id))
    if (preview := await queries.preview(ctx, id)) is not None:
        await ctx.files.remove(preview.file_id)
    ctx.delete(row)
    ctx.audit("recording.removed", row, before={"title": row.title})
