"""`ctx.files`: the files of an account, as services and plugins use them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, func, select

from ..db.turns import take_turn
from ..db.types import new_id
from ..errors import Conflict, TooLarge, UsageError
from ..settings import Settings
from . import content, links
from .digest import Digest
from .events import FileReady
from .keys import file_key
from .models import READY, REJECTED, FileRow, UploadPart
from .names import base_name
from .purposes import FilePurpose, permission_of
from .store import WINDOW

if TYPE_CHECKING:
    from ..context import Context


class StoredFile(Struct, frozen=True):
    """A file as everybody sees it. `state`: receiving → checking → ready or rejected (then with a `reason`)."""

    id: UUID
    account_id: UUID
    name: str
    size: int
    state: str
    created_at: datetime
    media_type: str | None = None
    sha256: str | None = None
    """In hexadecimal."""
    reason: str | None = None
    purpose: str | None = None
    """What it became, such as `distribution.statement`; absent for a file that people work with."""

    @classmethod
    def of(cls, row: FileRow) -> StoredFile:
        return cls(
            row.id, row.account_id, row.name, row.size, row.state, row.created_at, row.media_type,
            row.sha256.hex() if row.sha256 else None, row.reason, row.purpose,
        )  # fmt: skip


class Files:
    """The files of the Context's account."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._store = ctx.app.store

    async def put(
        self, name: str, source: bytes | Path | AsyncIterable[bytes], *, purpose: FilePurpose | None = None
    ) -> FileRow:
        """Store a file that the platform made. Its blob is there and verified now, its row commits with the unit.

        `source`: the bytes, a path on this machine, or pieces as they come; memory stays bounded. `purpose`:
        what it is, where that takes a permission beyond `file.read`; None for a file that people work with.

        Raises:
            Invalid: the name cannot be kept.
            TooLarge: the account's quota does not hold it.
            NotReady: the object store does not answer.
            UsageError: no enabled plugin registers the purpose.
        """
        self._ctx._refuse_grant("new files")
        if purpose is not None:
            self._refuse_unregistered(purpose)
        ctx, id, digest = self._ctx, new_id(), Digest()
        name, key = base_name(name), file_key(ctx.account, id)
        await self._store.put(key, digest.over(_pieces(source)))
        try:
            await self._refuse_over_quota(digest.size)
        except TooLarge:
            await self._store.delete(key)
            raise
        row = FileRow(
            id=id, name=name, state=READY, size=digest.size, received=digest.size,
            media_type=content.media_type(digest.head), sha256=digest.sha256.digest(),
            purpose=purpose and purpose.name, created_at=ctx.now, ready_at=ctx.now,
        )  # fmt: skip
        ctx.add(row)
        ctx.emit(ready_event(row.id, row.name, digest))
        ctx.audit("file.stored", row, after={"name": name, "size": digest.size})
        return row

    async def get(self, id: UUID) -> FileRow:
        """
        Raises:
            NotFound: it does not exist, or belongs to another account.
        """
        return await self._ctx.get(FileRow, id)

    async def for_caller(self, id: UUID) -> FileRow:
        """A file that a caller names: `get`, as far as they may see what it became.

        Raises:
            NotFound: it does not exist, or belongs to another account.
            NotAllowed: what it became takes a permission that they lack.
        """
        file = await self.get(id)
        if (permission := permission_of(self._ctx.app, file.purpose)) is not None:
            self._ctx.demand(permission)
        return file

    async def claim(self, file: FileRow, purpose: FilePurpose) -> None:
        """Say what a file became with this unit: from now on it takes that permission, whatever it was uploaded as.

        Raises:
            Conflict: it became something else before, or something uses it as it is.
            UsageError: no enabled plugin registers the purpose.
        """
        self._refuse_unregistered(purpose)
        if file.purpose == purpose.name:
            return
        if file.purpose is not None:
            raise Conflict(f"{file.name} is part of something else already; upload the file again.", field="file_id")
        await self.refuse_used([file.id], file.name)
        file.purpose = purpose.name
        self._ctx.audit("file.claimed", file, after={"purpose": purpose.name})

    def read(self, file: FileRow | StoredFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes from `start` up to, not including, `end`, a few MiB at a time.

        Raises:
            NotFound: this account has no whole file of that id.
        """
        return self._store.get(file_key(self._ctx.account, file.id), start, file.size if end is None else end)

    @asynccontextmanager
    async def local(self, file: FileRow | StoredFile) -> AsyncIterator[Path]:
        """A path on this machine, for tools that want one. Only read it: it may be the stored file itself.

        Raises:
            NotFound: this account has no whole file of that id.
        """
        path = self._store.path(file_key(self._ctx.account, file.id))
        if path is not None and path.exists():
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="maxbooster-") as folder:
            copy = Path(folder, str(file.id))
            out = await asyncio.to_thread(copy.open, "wb")
            with out:
                async for piece in self.read(file):
                    await asyncio.to_thread(out.write, piece)
            yield copy

    def link(self, file: FileRow | StoredFile, lifetime: timedelta) -> str:
        """A path (from the server's root) from which anybody can download the file until `lifetime` is over, or
        until the person who made the link may not read the account's files any more."""
        ctx, until = self._ctx, self._ctx.app.clock() + lifetime
        if ctx.identity is not None and ctx.identity.grant is not None:
            grant = links.Grant(ctx.account, file.id, until, grant=ctx.identity.grant.id)
        else:
            giver = ctx.user if ctx.identity is not None and ctx.identity.way != "internal" else None
            grant = links.Grant(ctx.account, file.id, until, giver)
        return links.sign(ctx.app.keyring, grant)

    async def refuse_used(self, ids: Sequence[UUID], what: str) -> None:
        """
        Raises:
            Conflict: a plugin needs one of these files, or cannot say; `what`, which was to go, stays.
        """
        answers = await self._ctx.ask("file_uses", files=ids)
        if failed := [answer.plugin for answer in answers if answer.error is not None]:
            raise Conflict(f"{what} stays: {failed[0]} could not say whether it is in use. Try again later.")
        if uses := [use for answer in answers for use in answer.value]:
            raise Conflict(f"{what} is used by {', '.join(uses)}. Take it out there first.")

    async def remove(self, id: UUID) -> None:
        """Remove a file with this unit; its blobs go after the commit.

        Raises:
            NotFound: it does not exist, or belongs to another account.
        """
        from .sweep import clear_blobs

        row = await self.get(id)
        self._ctx.delete(row)
        self._ctx.audit("file.removed", row, before={"name": row.name, "size": row.size, "state": row.state})
        self._ctx.enqueue(clear_blobs, id)

    def _refuse_unregistered(self, purpose: FilePurpose) -> None:
        if self._ctx.app.offers.file_purposes.get(purpose.name) != purpose:
            raise UsageError(f"no enabled plugin registers {purpose.name}; return it from register_file_purposes()")

    async def _refuse_over_quota(self, size: int) -> None:
        account, quota = self._ctx.account, self._ctx.settings(Settings).quota_bytes
        used = await self._ctx.app.database.read(lambda connection: used_bytes(connection, account))
        if used + size > quota:
            raise over_quota(used, size, quota)


def ready_event(id: UUID, name: str, digest: Digest) -> FileReady:
    return FileReady(id, name, digest.size, content.media_type(digest.head), digest.sha256.hexdigest())


def used_bytes(connection: Connection, account: UUID) -> int:
    """What counts towards the quota: everything promised or stored, refused files apart."""
    total = select(func.sum(FileRow.size)).where(FileRow.account_id == account, FileRow.state != REJECTED)
    return int(connection.execute(total).scalar() or 0)


def keep_to_quota(connection: Connection, account: UUID, size: int, quota: int) -> None:
    """In the transaction that has just added a file of `size` bytes: roll it back if it was one too many.

    Raises:
        TooLarge: the account's files come to more than `quota` bytes.
    """
    take_turn(connection, account)
    used = used_bytes(connection, account)
    if used > quota:
        raise over_quota(used - size, size, quota)


def over_quota(used: int, size: int, quota: int) -> TooLarge:
    return TooLarge(
        f"{size} bytes do not fit: {used} of {quota} bytes are in use. Delete files or raise the quota.",
        field="size", used_bytes=used, quota_bytes=quota,
    )  # fmt: skip


def blob_owners(connection: Connection, account: UUID, files: list[UUID]) -> dict[UUID, str]:
    """The state of each of these files that has a row."""
    rows = select(FileRow.id, FileRow.state).where(FileRow.account_id == account, FileRow.id.in_(files))
    return {row.id: row.state for row in connection.execute(rows)}


def parts_of(connection: Connection, account: UUID, file: UUID) -> list[Any]:
    """The parts of an upload in the order of their bytes."""
    parts = select(UploadPart.id, UploadPart.start, UploadPart.size)
    mine = parts.where(UploadPart.account_id == account, UploadPart.file_id == file)
    return list(connection.execute(mine.order_by(UploadPart.start)))


async def _pieces(source: bytes | Path | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        for start in range(0, len(source), WINDOW):
            yield source[start : start + WINDOW]
    elif isinstance(source, Path):
        with source.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, WINDOW):
                yield piece
    else:
        async for piece in source:
            yield piece
