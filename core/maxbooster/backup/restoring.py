"""Restoring a backup into an empty installation."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from ..db import migrate
from ..errors import Conflict, NotReady, SettingsError
from ..keyring import existing_keyring, key_file
from ..settings import Settings
from ..storage.store import Store
from .address import address
from .archive import Archive
from .blobs import BackedUpBlob
from .database import check_dump, refuse_unless_empty, restore
from .manifest import BackupUnusable, Manifest
from .transfer import Progress, in_parallel


async def restore_into(
    settings: Settings,
    archive: Archive,
    manifest: Manifest,
    namespaces: Sequence[migrate.Namespace],
    progress: Progress,
) -> None:
    """Files first, the database last and at once: what was interrupted can be started again.

    Raises:
        Conflict: this installation isn't empty.
        BackupUnusable: the backup is of a newer version, of another kind of database, or sealed with another key.
        BackupDamaged: a part or a file is missing, cut or changed.
        NotReady: the database, the object store or the disk failed.
    """
    _refuse_other_database(settings, manifest)
    _refuse_newer(manifest, namespaces)
    refuse_unless_empty(settings.database_url)
    with archive.scratch() as folder:
        for name in manifest.parts:
            await archive.read_part(manifest, name, folder / name)
        check_dump(manifest.database, folder / "database", f"The database of {manifest.id}")
        blobs = await archive.list_of(manifest)
        key = folder / "secret.key"
        _refuse_other_key(settings, manifest, key if key.exists() else None)
        store = Store(settings.storage_url)
        present = await _present(store, {blob.key for blob in blobs}, settings.storage_url)
        if key.exists() and not settings.secret_keys:
            _write_key(key_file(settings), key.read_bytes())

        async def copy(blob: BackedUpBlob) -> None:
            await archive.restore(blob, store, encrypted=manifest.encrypted)

        try:
            await in_parallel([blob for blob in blobs if present.get(blob.key) != blob.size], copy, progress)
            await asyncio.to_thread(restore, settings.database_url, folder / "database")
        except NotReady as failure:
            raise NotReady(
                f"{failure.detail} Only files are restored yet, in {settings.storage_url}; run the restore again, and"
                " it goes on from there."
            ) from failure


def _refuse_other_database(settings: Settings, manifest: Manifest) -> None:
    here = address(settings.database_url).kind
    if manifest.database != here:
        titles = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupUnusable(
            f"The backup {manifest.id} holds a {titles[manifest.database]} database, and this installation uses"
            f" {titles[here]}. Set MAXBOOSTER_DATABASE to an empty {titles[manifest.database]} database."
        )


def _refuse_newer(manifest: Manifest, namespaces: Sequence[migrate.Namespace]) -> None:
    for namespace in namespaces:
        revision = manifest.revisions.get(namespace.name)
        if revision is not None and not migrate.knows(namespace, revision):
            raise BackupUnusable(
                f"The backup {manifest.id} was made by Max Booster {manifest.version}, whose tables of"
                f" {namespace.name!r} are at {revision}; the version that is installed here doesn't know that. Install"
                f" {manifest.version} or newer."
            )


def _refuse_other_key(settings: Settings, manifest: Manifest, included: Path | None) -> None:
    """What is sealed in the database (logins at outside services, two-factor secrets) must stay readable."""
    if manifest.key_service:
        if settings.key_service != manifest.key_service:
            raise BackupUnusable(
                f"The secret keys in the backup {manifest.id} are wrapped by the key service"
                f" {manifest.key_service!r}: set MAXBOOSTER_KEY_SERVICE={manifest.key_service}, and that plugin's"
                " settings as in the installation that was backed up."
            )
        return
    try:
        ring = existing_keyring(settings)
    except SettingsError:
        if settings.secret_keys or key_file(settings).exists():
            raise
        if included is not None:
            return
        raise BackupUnusable(
            f"The backup {manifest.id} doesn't contain the secret key, because it isn't encrypted. Copy secret.key from"
            f" the old installation to {key_file(settings)}, or set MAXBOOSTER_SECRET_KEYS; without it, logins at"
            " outside services and two-factor authentication in the backup can't be read."
        ) from None
    if not ring.opens(manifest.seal.encode()):
        raise BackupUnusable(
            f"The backup {manifest.id} was made with another secret key than the one here"
            f" ({'MAXBOOSTER_SECRET_KEYS' if settings.secret_keys else key_file(settings)}). Use the key of the"
            " installation that was backed up."
        )


async def _present(store: Store, wanted: set[str], url: str) -> dict[str, int]:
    """What an interrupted restore has put there.

    Raises:
        Conflict: there are other files.
    """
    present: dict[str, int] = {}
    for prefix in ("files", "incoming"):
        async for found in store.list(prefix):
            for blob in found:
                if blob.key not in wanted:
                    raise Conflict(
                        f"The file storage {url} isn't empty: {blob.key} isn't in the backup. A backup is restored into"
                        " an empty one: set MAXBOOSTER_STORAGE or MAXBOOSTER_DATA to a new place."
                    )
                present[blob.key] = blob.size
    return present


def _write_key(path: Path, key: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
