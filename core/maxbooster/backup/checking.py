"""Which backup to read, and reading it without restoring it."""

from __future__ import annotations

from ..errors import NotFound
from .archive import Archive
from .blobs import BackedUpBlob
from .database import check_dump
from .manifest import Manifest
from .transfer import Progress, in_parallel


async def chosen(archive: Archive, id: str | None) -> Manifest:
    """The backup of that name, else the newest.

    Raises:
        NotFound: there is none.
    """
    manifests = await archive.manifests()
    for manifest in manifests:
        if id in (None, manifest.id):
            return manifest
    known = f"; it has {', '.join(each.id for each in manifests)}" if manifests else ""
    raise NotFound(f"{archive.url} has no {'complete backup' if id is None else f'backup {id!r}'}{known}.")


async def check(archive: Archive, manifest: Manifest, progress: Progress) -> None:
    """Read everything that belongs to a backup and compare it with what was written.

    Raises:
        BackupDamaged: a part or a file is missing, cut or changed.
    """
    with archive.scratch() as folder:
        for name in manifest.parts:
            await archive.read_part(manifest, name, folder / name)
        check_dump(manifest.database, folder / "database", f"The database of {manifest.id}")

    async def read(blob: BackedUpBlob) -> None:
        await archive.check(blob, encrypted=manifest.encrypted)

    await in_parallel(await archive.list_of(manifest), read, progress)
