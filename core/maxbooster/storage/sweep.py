"""Nothing is left lying: expired uploads, and blobs that no row names.

Every step can be repeated and can run twice at a time. Blobs go after rows; a blob without a row is removed only
when it is so old that no unit of work can still be about to name it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import Connection, delete, select

from ..context import Context
from ..jobs.job import job
from .files import blob_owners
from .keys import file_key, parts_prefix
from .models import CHECKING, READY, RECEIVING, FileRow
from .store import Blob

SAFE_AGE = timedelta(hours=24)
"""A job may store a file long before it commits the row."""
BATCH = 200
_KEY = re.compile(r"(?:files|incoming)/([0-9a-f-]{36})/([0-9a-f-]{36})(?:/|$)")


@job("core.sweep_files", cron="*/10 * * * *", timeout_s=3600.0)
async def sweep_files(ctx: Context) -> None:
    """Remove uploads that received nothing for `upload_expires_h`, with what they had received."""
    database, expired = ctx.app.database, True
    while expired:
        expired = False
        for account, files in (await database.read(lambda connection: _expired(connection, ctx.now))).items():
            gone = await database.transact(partial(_give_up, account=account, files=files, now=ctx.now))
            for file in gone:
                await ctx.app.store.clear(parts_prefix(account, file))
            expired = expired or bool(gone)


def _expired(connection: Connection, now: datetime) -> dict[UUID, list[UUID]]:
    query = select(FileRow.account_id, FileRow.id).where(FileRow.state == RECEIVING, FileRow.expires_at < now)
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in connection.execute(query.order_by(FileRow.expires_at).limit(BATCH)):
        found[row.account_id].append(row.id)
    return found


def _give_up(connection: Connection, account: UUID, files: Sequence[UUID], now: datetime) -> list[UUID]:
    """An upload that went on in the meantime is spared."""
    gone = (
        delete(FileRow)
        .where(FileRow.account_id == account, FileRow.id.in_(files))
        .where(FileRow.state == RECEIVING, FileRow.expires_at < now)
        .returning(FileRow.id)
    )
    return list(connection.execute(gone).scalars())


@job("core.clear_blobs", attempts=10)
async def clear_blobs(ctx: Context, file_id: UUID) -> None:
    """Remove the blobs that a file's row no longer wants: its parts when it is decided, all when it is gone."""
    account = ctx.account
    states = await ctx.app.database.read(lambda connection: blob_owners(connection, account, [file_id]))
    state = states.get(file_id)
    if state not in (RECEIVING, CHECKING):
        await ctx.app.store.clear(parts_prefix(account, file_id))
    if state not in (CHECKING, READY):
        await ctx.app.store.delete(file_key(account, file_id))


@job("core.sweep_blobs", cron="41 3 * * *", timeout_s=4 * 3600.0)
async def sweep_blobs(ctx: Context) -> None:
    """Remove what killed processes left behind: blobs older than a day without a row that wants them."""
    before = ctx.now - SAFE_AGE
    await ctx.app.store.tidy(before)
    for prefix, wanted in (("incoming", (RECEIVING, CHECKING)), ("files", (CHECKING, READY))):
        async for found in ctx.app.store.list(prefix):
            await _sweep(ctx, [blob for blob in found if blob.at < before], wanted)


async def _sweep(ctx: Context, blobs: Sequence[Blob], wanted: tuple[str, ...]) -> None:
    accounts: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for blob in blobs:
        if ours := _KEY.match(blob.key):
            accounts[UUID(ours[1])].append((UUID(ours[2]), blob.key))
    for account, named in accounts.items():
        files = list({file for file, _ in named})
        states = await ctx.app.database.read(partial(blob_owners, account=account, files=files))
        await ctx.app.store.delete(*(key for file, key in named if states.get(file) not in wanted))
