"""Which blobs of the object store a database names, and their list in a backup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from ..db.catalog import Rows
from ..storage.digest import Digest
from ..storage.keys import file_key, part_key
from .disk import Contents, writing
from .manifest import BackupDamaged

WINDOW = 4 * 1024 * 1024


class BackedUpBlob(Struct, frozen=True):
    key: str
    size: int
    sha256: str = ""
    """Empty while it is not known, as with the parts of an unfinished upload."""


def named_by(rows: Rows) -> Iterator[BackedUpBlob]:
    """Finished files, and what has arrived of the others."""
    for account, file, size, digest in rows("SELECT account_id, id, size, sha256 FROM core_file WHERE state = 'ready'"):
        yield BackedUpBlob(file_key(_id(account), _id(file)), size, digest.hex() if digest else "")
    for account, file, part, size in rows("SELECT account_id, file_id, id, size FROM core_upload_part"):
        yield BackedUpBlob(part_key(_id(account), _id(file), _id(part)), size)


def _id(stored: UUID | bytes) -> UUID:
    """As `db.types.Id` stores it."""
    return UUID(bytes=stored) if isinstance(stored, bytes) else stored


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
