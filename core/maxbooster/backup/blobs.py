"""Which blobs of the object store a database names, and their list in a backup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, select

from ..storage.files import Digest, file_key, part_key
from ..storage.models import READY, FileRow, UploadPart
from .disk import Contents, writing
from .manifest import BackupDamaged

WINDOW = 4 * 1024 * 1024


class BackedUpBlob(Struct, frozen=True):
    key: str
    size: int
    sha256: str = ""
    """Empty while it is not known, as with the parts of an unfinished upload."""


def named_by(connection: Connection) -> Iterator[BackedUpBlob]:
    """Finished files, and what has arrived of the others."""
    files = select(FileRow.account_id, FileRow.id, FileRow.size, FileRow.sha256).where(FileRow.state == READY)
    for account, file, size, digest in connection.execution_options(yield_per=1000).execute(files):
        yield BackedUpBlob(file_key(account, file), size, digest.hex() if digest else "")
    parts = select(UploadPart.account_id, UploadPart.file_id, UploadPart.id, UploadPart.size)
    for account, file, part, size in connection.execution_options(yield_per=1000).execute(parts):
        yield BackedUpBlob(part_key(account, file, part), size)


def write_list(blobs: Iterable[BackedUpBlob], target: Path, *, hashes: bool) -> None:
    """One per line: `<sha256> <size> <key>`. Without hashes, which tell whoever knows a file that it is there, `-`."""
    with writing(target), target.open("w", encoding="utf-8") as file:
        file.writelines(f"{blob.sha256 if hashes else '-'} {blob.size} {blob.key}\n" for blob in blobs)


def read_list(source: Path) -> list[BackedUpBlob]:
    """
    Raises:
        BackupDamaged: a line is not what `write_list` writes.
    """
    blobs = []
    for number, line in enumerate(source.read_text("utf-8").splitlines(), 1):
        sha256, size, key = [*line.split(" ", 2), "", ""][:3]
        if not size.isdigit() or not key.startswith(("files/", "incoming/")) or ".." in key:
            raise BackupDamaged(f"Line {number} of the backup's list of files is {line[:120]!r}.")
        blobs.append(BackedUpBlob(key, int(size), sha256.removeprefix("-")))
    return blobs


async def pieces(source: Path) -> AsyncIterator[bytes]:
    with source.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, WINDOW):
            yield piece


async def save(source: AsyncIterable[bytes], target: Path) -> Contents:
    digest = Digest()
    with writing(target), target.open("wb") as file:
        async for piece in digest.over(source):
            await asyncio.to_thread(file.write, piece)
    return digest.size, digest.sha256.hexdigest()
