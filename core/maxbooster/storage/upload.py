"""Receiving a file in pieces: each is durable in the object store before the row's offset moves over it.

The web process keeps nothing between requests, so another one can take an upload over at any byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, insert, update

from ..context import Context
from ..db.types import new_id
from ..errors import Conflict, Invalid, Problem, TooLarge
from ..settings import Settings
from .check import check_file
from .files import keep_to_quota
from .keys import part_key
from .models import CHECKING, RECEIVING, FileRow, UploadPart
from .purposes import FilePurpose

PIECE = 4 * 1024 * 1024
"""Bytes of an upload that a process holds in memory before it stores them."""
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}


class ChecksumMismatch(Problem):
    status = 460
    type = "checksum-mismatch"
    title = "The bytes are not the ones that were sent"


class Checksum(Struct, frozen=True):
    """What the client says of the bytes of one request (tus 1.0, Checksum)."""

    algorithm: str
    digest: bytes


class Part(Struct, frozen=True):
    id: UUID
    start: int
    size: int


async def announce(
    ctx: Context, name: str, size: int, metadata: str | None, purpose: FilePurpose | None = None
) -> FileRow:
    """Make room for a file of `size` bytes; commits the unit. Everything is refused now rather than after the upload.

    Raises:
        TooLarge: larger than one upload may be, or than what the quota leaves.
    """
    settings = ctx.settings(Settings)
    if size > settings.upload_limit_bytes:
        raise TooLarge(f"{size} bytes are more than one file may have ({settings.upload_limit_bytes}).", field="size")
    row = FileRow(
        name=name, state=RECEIVING if size else CHECKING, size=size, received=0, upload_metadata=metadata,
        purpose=purpose and purpose.name,
        created_at=ctx.now, expires_at=expiry(ctx),
    )  # fmt: skip
    ctx.add(row)
    ctx.audit("file.announced", row, after={"name": name, "size": size})
    if not size:
        ctx.enqueue(check_file, row.id, once=str(row.id))
    await ctx.write(keep_to_quota, ctx.account, size, settings.quota_bytes)
    return row


async def receive(
    ctx: Context, file: FileRow, offset: int, body: AsyncIterator[bytes], checksum: Checksum | None = None
) -> int:
    """Take the bytes that follow `offset`; returns the offset up to which everything is durable.

    A body that breaks off counts as far as it came; with a checksum it counts whole or not at all.

    Raises:
        Conflict: the upload is not at that offset.
        TooLarge: more bytes than were announced; those before this request's last piece are kept.
        ChecksumMismatch: none of them are kept.
    """
    if offset != file.received:
        raise Conflict(f"This upload stands at {file.received} of {file.size} bytes, not at {offset}.", field="offset")
    digest = ALGORITHMS[checksum.algorithm]() if checksum else None
    waiting: list[Part] = []
    try:
        async for piece in _gathered(body, file.size - offset):
            if digest is not None:
                digest.update(piece)
            waiting.append(await _store(ctx, file.id, offset, piece))
            offset += len(piece)
            if digest is None:
                await _advance(ctx, file, waiting)
                waiting = []
        if checksum and digest and digest.digest() != checksum.digest:
            raise ChecksumMismatch(f"The {checksum.algorithm} of the bytes is {digest.hexdigest()}.", field="checksum")
        if waiting:
            await _advance(ctx, file, waiting)
    except Problem:
        await ctx.app.store.delete(*(part_key(ctx.account, file.id, part.id) for part in waiting))
        raise
    return offset


async def _gathered(body: AsyncIterator[bytes], room: int) -> AsyncIterator[bytes]:
    gathered = bytearray()
    async for chunk in body:
        gathered += chunk
        if len(gathered) > room:
            raise TooLarge("The request has more bytes than the upload's announced length leaves.", field="size")
        while len(gathered) >= PIECE:
            yield bytes(gathered[:PIECE])
            del gathered[:PIECE]
            room -= PIECE
    if gathered:
        yield bytes(gathered)


async def _store(ctx: Context, file: UUID, start: int, piece: bytes) -> Part:
    part = Part(new_id(), start, len(piece))
    await ctx.app.store.put(part_key(ctx.account, file, part.id), piece)
    return part


async def _advance(ctx: Context, file: FileRow, parts: Sequence[Part]) -> None:
    """A unit of its own: what was received stays received, whatever becomes of the request."""
    complete = parts[-1].start + parts[-1].size == file.size
    async with ctx.app.unit(ctx.identity, request_id=ctx.request_id, address=ctx.address) as unit:
        if complete:
            unit.enqueue(check_file, file.id, once=str(file.id))
        state = CHECKING if complete else RECEIVING
        await unit.write(_move_on, file, parts, state, expiry(unit))


def _move_on(connection: Connection, file: FileRow, parts: Sequence[Part], state: str, expires_at: datetime) -> None:
    """Of two requests at the same offset, one finds it moved."""
    account, start, end = file.account_id, parts[0].start, parts[-1].start + parts[-1].size
    of = (FileRow.account_id == account, FileRow.id == file.id, FileRow.received == start, FileRow.state == RECEIVING)
    moved = connection.execute(
        update(FileRow).where(*of).values(received=end, state=state, expires_at=expires_at, version=FileRow.version + 1)
    )
    if moved.rowcount != 1:
        raise Conflict(
            f"This upload is no longer at {start} bytes: it was ended, or goes on elsewhere.", field="offset"
        )
    rows: list[dict[str, Any]] = [
        {"account_id": account, "id": part.id, "file_id": file.id, "start": part.start, "size": part.size}
        for part in parts
    ]
    connection.execute(insert(UploadPart), rows)


def expiry(ctx: Context) -> datetime:
    return ctx.now + timedelta(hours=ctx.settings(Settings).upload_expires_h)


async def end(ctx: Context, id: UUID) -> None:
    """Give an upload up and forget what was received (tus 1.0, Termination).

    Raises:
        NotFound: there is no such upload in this account.
        Conflict: it is complete; the file can be deleted instead.
    """
    file = await ctx.files.for_caller(id)
    if file.state != RECEIVING:
        raise Conflict("This upload is complete: delete the file instead.", field="state")
    await ctx.files.remove(id)


def checksum_of(algorithm: str, digest: bytes) -> Checksum:
    """
    Raises:
        Invalid: an algorithm that is not offered, or a digest of another length.
    """
    if algorithm not in ALGORITHMS:
        raise Invalid(
            f"The checksum {algorithm!r} is not offered; use {', '.join(ALGORITHMS)}.", field="Upload-Checksum"
        )
    if len(digest) != ALGORITHMS[algorithm]().digest_size:
        raise Invalid(f"This is not the length of a {algorithm} digest.", field="Upload-Checksum")
    return Checksum(algorithm, digest)
