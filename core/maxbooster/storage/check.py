"""From `checking` to `ready` or `rejected`: one job, which may be killed anywhere and repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from ..context import Context
from ..errors import Conflict, NotReady
from ..jobs.job import job
from ..observe.logs import log
from . import content
from .digest import Digest
from .files import StoredFile, parts_of, ready_event
from .keys import file_key, part_key
from .models import CHECKING, READY, REJECTED, FileRow, UploadPart
from .sweep import clear_blobs

SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=15)
INSPECTION_S = 900.0
"""How long a plugin may take over one file."""


@job("core.check_file", attempts=10, timeout_s=4 * 3600.0)
async def check_file(ctx: Context, file_id: UUID) -> None:
    """Put the parts together, learn what the file is, ask the plugins, and decide. Nothing is visible before."""
    row = await ctx.first(select(FileRow).where(FileRow.id == file_id, FileRow.state == CHECKING))
    if row is None:
        return
    digest = await _assemble(ctx, row)
    file = StoredFile(
        row.id, row.account_id, row.name, row.size, row.state, row.created_at,
        content.media_type(digest.head), digest.sha256.hexdigest(), purpose=row.purpose,
    )  # fmt: skip
    try:
        reason = await _inspect(ctx, file, digest.head)
    except Held:
        ctx.enqueue(check_file, file.id, at=ctx.now + _until_next(ctx.now - row.created_at))
        return
    await _decide(ctx, file, digest, reason)


class Held(Exception):
    """An inspector cannot say anything now. The file stays `checking` for as long as it takes."""


def _until_next(age: timedelta) -> timedelta:
    """Soon at first, then more rarely: each look puts the file together anew."""
    return min(max(age / 2, SOONEST), LATEST)


async def _assemble(ctx: Context, row: FileRow) -> Digest:
    """
    Raises:
        NotReady: the parts do not add up to the announced size.
    """
    account, digest = row.account_id, Digest()
    parts = await ctx.app.database.read(lambda connection: parts_of(connection, account, row.id))
    there = sum(part.size for part in parts)
    if there != row.size:  # somebody else has just decided, or the database was damaged: overwrite nothing
        raise NotReady(f"File {row.id} has parts of {there} bytes; it should have {row.size}.")
    await ctx.app.store.put(file_key(account, row.id), digest.over(_bytes_of(ctx, row, parts)))
    return digest


async def _bytes_of(ctx: Context, row: FileRow, parts: Sequence[Any]) -> AsyncIterator[bytes]:
    for part in parts:
        async for piece in ctx.app.store.get(part_key(row.account_id, row.id, part.id), 0, part.size):
            yield piece
        await ctx.progress((part.start + part.size) / row.size * 0.9, "putting the file together")


async def _inspect(ctx: Context, file: StoredFile, head: bytes) -> str | None:
    """Why a plugin refuses the file; None if none does.

    Raises:
        Held: a plugin is not ready: what it asks doesn't answer.
        NotReady: a plugin failed, so that nobody knows; the job is repeated.
    """
    answers = await ctx.ask("inspect_file", timeout_s=INSPECTION_S, file=file, head=head)
    if waits := [answer for answer in answers if isinstance(answer.error, NotReady)]:
        for answer in waits:
            log.warning("file.held", plugin=answer.plugin, file=str(file.id), reason=str(answer.error))
        if not any(answer.value for answer in answers):
            raise Held
    for answer in answers:
        if answer.error is not None and answer not in waits:
            raise NotReady(f"The plugin {answer.plugin!r} could not inspect file {file.id}: {answer.error!r}.")
    return next((str(answer.value) for answer in answers if answer.value is not None), None)


async def _decide(ctx: Context, file: StoredFile, digest: Digest, reason: str | None) -> None:
    known: dict[str, Any] = {"media_type": file.media_type, "sha256": digest.sha256.digest(), "expires_at": None}
    of = f"{FileRow.__tablename__}:{file.id}"
    if reason is None:
        decided = known | {"state": READY, "ready_at": ctx.now}
        ctx.emit(ready_event(file.id, file.name, digest))
        ctx.audit("file.ready", of, after={"media_type": file.media_type, "sha256": file.sha256})
    else:
        decided = known | {"state": REJECTED, "reason": reason[:500]}
        ctx.audit("file.rejected", of, after={"reason": reason[:500]})
    ctx.enqueue(clear_blobs, file.id)
    await ctx.write(_settle, file.account_id, file.id, decided)


def _settle(connection: Connection, account: UUID, file: UUID, decided: dict[str, Any]) -> None:
    settled = connection.execute(
        update(FileRow)
        .where(FileRow.account_id == account, FileRow.id == file, FileRow.state == CHECKING)
        .values(**decided, version=FileRow.version + 1)
    )
    if settled.rowcount != 1:
        raise Conflict(f"File {file} was deleted while it was checked.")
    connection.execute(delete(UploadPart).where(UploadPart.account_id == account, UploadPart.file_id == file))
