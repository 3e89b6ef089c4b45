"""Making a backup while the platform goes on."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .. import __version__
from ..errors import Conflict, NotFound, NotReady, Problem
from ..keyring import Keyring
from ..settings import Settings
from ..storage.store import Store
from .address import address
from .archive import LIST, Archive, stored_key
from .blobs import BackedUpBlob, named_by, write_list
from .database import reading, snapshot
from .manifest import FORMAT, Manifest
from .transfer import Progress, in_parallel

INTERRUPTED = timedelta(hours=12)
"""How long a backup without a manifest may still be one that is being made, from another machine."""
TRIES = 4
"""Snapshots taken before one is kept in which files are gone: deleted while they were copied, or lost. Only the first
has much to copy."""


class Created(Struct, frozen=True):
    id: str
    files: int
    file_bytes: int
    copied_files: int
    copied_bytes: int
    """What was not there from earlier backups."""
    encrypted: bool
    lost: list[str]
    """Files that are in the database, but not in the object store: the backup doesn't have them either."""
    removed: list[str]
    """Older backups that were more than should be kept."""
    interrupted: list[str]
    """Backups that were never finished, whose rest was removed."""


class Installation(Struct, frozen=True):
    """What is backed up."""

    settings: Settings
    keyring: Keyring
    store: Store
    disabled: list[str]

    @property
    def database(self) -> str:
        return self.settings.database_url


async def create(
    installation: Installation, archive: Archive, at: datetime, *, keep: int | None, progress: Progress
) -> Created:
    """Take a snapshot of the database and copy the files that it names and the archive does not have yet; then the
    manifest makes it a backup. With `keep`, older ones than so many are removed.

    Raises:
        Conflict: the archive is another installation's, or another backup is being made.
        BackupDamaged: a file or the database is not what it should be.
        NotReady: the database, the object store or the archive failed, or is full.
    """
    with _alone(installation.settings.data):
        seal = await archive.claim(installation.keyring)
        interrupted = await archive.tidy(at - INTERRUPTED)
        backup = _Backup(installation, archive, await archive.stored(), progress)
        try:
            manifest = await backup.finish(seal, at)
        except NotReady as failure:
            raise NotReady(f"{failure.detail} {_left(backup, archive)}") from failure
        removed = await _remove_older(archive, keep) if keep else []
    return Created(
        id=manifest.id,
        files=manifest.files,
        file_bytes=manifest.file_bytes,
        copied_files=len(backup.copied),
        copied_bytes=sum(blob.size for blob in backup.copied),
        encrypted=manifest.encrypted,
        lost=manifest.lost,
        removed=removed,
        interrupted=interrupted,
    )


def _left(backup: _Backup, archive: Archive) -> str:
    """What a run that failed leaves behind."""
    if not backup.copied:
        return "Earlier backups are as they were."
    return (
        f"Earlier backups are as they were, and {len(backup.copied)} more files stay in {archive.url} for the next run."
    )


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """
    Raises:
        Conflict: another backup of this data folder is being made.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(data / "backup.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Conflict("Another backup of this installation is being made; wait for it to end.") from None
    finally:
        os.close(file)


class _Backup:
    """One run: what has been copied so far, and what it becomes."""

    def __init__(
        self, installation: Installation, archive: Archive, stored: dict[str, int], progress: Progress
    ) -> None:
        self._installation, self._archive, self._progress = installation, archive, progress
        self._stored = stored
        self._copied: dict[str, BackedUpBlob] = {}

    @property
    def copied(self) -> Sequence[BackedUpBlob]:
        return list(self._copied.values())

    async def copy(self, named: Iterable[BackedUpBlob]) -> list[BackedUpBlob]:
        """Copy what is not there yet; returns those that are gone from the object store."""
        gone: list[BackedUpBlob] = []

        async def keep(blob: BackedUpBlob) -> None:
            try:
                self._copied[blob.key] = await self._archive.keep(blob, self._installation.store)
            except NotFound:
                gone.append(blob)

        await in_parallel([blob for blob in named if not self._has(blob)], keep, self._progress)
        return gone

    def _has(self, blob: BackedUpBlob) -> bool:
        """Blobs never change under their keys, and are whole or absent."""
        if blob.key in self._copied:
            return True
        size = self._stored.get(blob.key)
        return bool(blob.sha256) and size is not None and (self._archive.encrypts or size == blob.size)

    async def finish(self, seal: str, at: datetime) -> Manifest:
        """A snapshot all of whose files were copied; of the last try without those that are gone."""
        for tries_left in reversed(range(TRIES)):
            with self._archive.scratch() as folder:
                async with snapshot(self._installation.database, folder / "database") as taken:
                    gone = {blob.key for blob in await self.copy(taken.blobs)}
                if gone and tries_left:
                    continue
                blobs = [self._copied.get(blob.key, blob) for blob in taken.blobs if blob.key not in gone]
                write_list(blobs, folder / LIST, hashes=not self._archive.encrypts)
                manifest = self._manifest(blobs, taken.revisions, seal, at)
                return await self._write(manifest, folder, await self._lost(gone))
        raise AssertionError("the last try returns")

    async def _lost(self, gone: set[str]) -> list[str]:
        """Of those that are gone, what wasn't deleted in the meantime."""
        return sorted(gone & await asyncio.to_thread(self._named)) if gone else []

    def _named(self) -> set[str]:
        with reading(self._installation.database) as rows:
            return {blob.key for blob in named_by(rows)}

    def _manifest(self, blobs: list[BackedUpBlob], revisions: dict[str, str], seal: str, at: datetime) -> Manifest:
        return Manifest(
            format=FORMAT,
            id=f"{at:%Y-%m-%dT%H-%M-%S}.{at.microsecond // 1000:03}Z",
            created_at=at,
            version=__version__,
            database=address(self._installation.database).kind,
            revisions=revisions,
            disabled=self._installation.disabled,
            encrypted=self._archive.encrypts,
            files=len(blobs),
            file_bytes=sum(blob.size for blob in blobs),
            lost=[],
            parts={},
            seal=seal,
            key_service=self._installation.settings.key_service,
        )

    async def _write(self, manifest: Manifest, folder: Path, lost: list[str]) -> Manifest:
        parts = ["database", LIST]
        if manifest.encrypted and not manifest.key_service:
            (folder / "secret.key").write_bytes(b"\n".join(self._installation.keyring.raw))
            parts.append("secret.key")
        try:
            written = {name: await self._archive.write_part(manifest.id, name, folder / name) for name in parts}
            manifest = replace(manifest, parts=written, lost=lost)
            await self._archive.write_manifest(manifest)
        except BaseException:
            with suppress(Problem):
                await self._archive.delete_backup(manifest.id)
            raise
        return manifest


async def _remove_older(archive: Archive, keep: int) -> list[str]:
    """Backups beyond so many, and the blobs that no other names."""
    manifests = await archive.manifests()
    older = [manifest.id for manifest in manifests[keep:]]
    if not older:
        return []
    wanted = {stored_key(blob.key, of) for of in manifests[:keep] for blob in await archive.list_of(of)}
    for id in older:
        await archive.delete_backup(id)
    async for found in archive.blobs():
        await archive.delete([blob.key for blob in found if blob.key not in wanted])
    return older
