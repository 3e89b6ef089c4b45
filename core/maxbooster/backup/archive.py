"""The place where backups are kept, whatever holds it and whether they are encrypted."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import msgspec

from ..errors import Conflict, NotFound, NotReady
from ..keyring import Keyring
from ..storage.digest import Digest
from ..storage.store import SCHEMES, Blob, Store
from . import encryption
from .blobs import BackedUpBlob, pieces, read_list, save
from .disk import Contents, contents_of, copy_file, writing
from .manifest import FORMAT, BackupDamaged, Belonging, Manifest, Part

if TYPE_CHECKING:
    from pyrage import x25519

LIST = "files.txt"
_BELONGING = "maxbooster-backups.json"
_SEAL = "backup"
_SCRATCH = ".backup-"


def place(given: str) -> str:
    """A folder or a store's URL, as a URL."""
    return given if urlsplit(given).scheme in SCHEMES else Path(given).resolve().as_uri()


class Archive:
    """
    Raises:
        SettingsError: the place cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        recipient: x25519.Recipient | None = None,
        identity: x25519.Identity | None = None,
        scratch: Path | None = None,
    ) -> None:
        self.url = url
        self._store = Store(url)
        self._recipient, self._identity = recipient, identity
        self._scratch = scratch

    @property
    def encrypts(self) -> bool:
        return self._recipient is not None

    async def claim(self, keyring: Keyring) -> str:
        """Make sure that the backups here are this installation's, and mark them so; returns the seal.

        Raises:
            Conflict: they are another's.
        """
        try:
            found = msgspec.json.decode(await self._read(_BELONGING), type=Belonging)
        except NotFound:
            pass
        except msgspec.MsgspecError as error:
            raise BackupDamaged(f"{self.url}/{_BELONGING} can't be read: {error}.") from error
        else:
            self._refuse_other_recipient(found.recipient)
            if not keyring.opens(found.seal.encode()):
                raise Conflict(
                    f"{self.url} holds backups of another installation, or of this one before all its secret keys were"
                    " replaced. Choose an empty place."
                )
        seal = keyring.seal(_SEAL, _SEAL).decode()
        await self._store.put(_BELONGING, msgspec.json.encode(Belonging(FORMAT, seal, self._public_key)))
        return seal

    @property
    def _public_key(self) -> str | None:
        return str(self._recipient) if self._recipient is not None else None

    def _refuse_other_recipient(self, before: str | None) -> None:
        """Files that are here already are not copied again, so one key must open all of them.

        Raises:
            Conflict: earlier backups are encrypted to another key, or not encrypted.
        """
        if before != self._public_key:
            raise Conflict(
                f"The backups in {self.url} are {f'encrypted to {before}' if before else 'not encrypted'}, and this one"
                f" would be {f'encrypted to {self._public_key}' if self._public_key else 'not encrypted'}. Choose an"
                " empty place."
            )

    async def manifests(self) -> list[Manifest]:
        """Of the backups that are complete, the newest first.

        Raises:
            BackupDamaged: a manifest cannot be read.
            BackupUnusable: a later version wrote one.
        """
        keys = [blob.key async for found in self._store.list("backups") for blob in found]
        named = sorted((key for key in keys if key.endswith("/manifest.json")), reverse=True)
        return [Manifest.decode(await self._read(key), key.split("/")[1]) for key in named]

    async def write_manifest(self, manifest: Manifest) -> None:
        await self._store.put(f"{_folder(manifest.id)}/manifest.json", manifest.encode())

    async def write_part(self, id: str, name: str, source: Path) -> Part:
        """Store one of a backup's own files. The list of files is never encrypted: removing older backups reads it."""
        contents = await asyncio.to_thread(contents_of, source)
        at = f"{_folder(id)}/{name}"
        if name == LIST:
            await self._put(at, source)
        else:
            await self._put_file(self._key(at), source)
        return Part(*contents)

    async def read_part(self, manifest: Manifest, name: str, target: Path) -> None:
        """
        Raises:
            BackupDamaged: it is missing, cut, or not what was written.
        """
        expected = manifest.parts[name]
        at = f"{_folder(manifest.id)}/{name}"
        found = await self._fetch(at, target, encrypted=manifest.encrypted and name != LIST)
        if found != (expected.size, expected.sha256):
            raise _damaged(f"{self.url}/{at}", found, (expected.size, expected.sha256))

    async def list_of(self, manifest: Manifest) -> list[BackedUpBlob]:
        """Which blobs belong to a backup.

        Raises:
            BackupDamaged: the list is missing or damaged.
        """
        with self.scratch() as folder:
            await self.read_part(manifest, LIST, folder / LIST)
            return read_list(folder / LIST)

    async def stored(self) -> dict[str, int]:
        """The size of each blob that is here already, as it is stored, by its key."""
        suffix = encryption.SUFFIX if self.encrypts else ""
        return {
            blob.key.removesuffix(suffix): blob.size
            async for found in self.blobs()
            for blob in found
            if blob.key.endswith(encryption.SUFFIX) == self.encrypts
        }

    async def keep(self, blob: BackedUpBlob, source: Store) -> BackedUpBlob:
        """Copy a blob of the object store into the archive; returns it with its SHA-256.

        Raises:
            NotFound: it isn't in the object store.
            BackupDamaged: it isn't what the database says.
        """
        found = await self._copy(blob, source)
        if found != (blob.size, blob.sha256 or found[1]):
            await self._store.delete(self._key(blob.key))
            raise _damaged(f"The object store's {blob.key}", found, (blob.size, blob.sha256 or "any"))
        return msgspec.structs.replace(blob, sha256=found[1])

    async def _copy(self, blob: BackedUpBlob, source: Store) -> Contents:
        here, there = source.path(blob.key), self._store.path(blob.key)
        if self._recipient is None and here is not None and there is not None:
            return await asyncio.to_thread(copy_file, here, there)
        if self._recipient is None:
            digest = Digest()
            await self._store.put(blob.key, digest.over(source.get(blob.key)))
            return digest.size, digest.sha256.hexdigest()
        with self.scratch() as folder:
            found = await save(source.get(blob.key), folder / "plain")
            await self._put_file(self._key(blob.key), folder / "plain")
        return found

    async def check(self, blob: BackedUpBlob, *, encrypted: bool) -> None:
        """Read a blob and compare it with what was written.

        Raises:
            BackupDamaged: it is missing, cut, or not what was written.
        """
        stored = self._plain_path(blob, encrypted=encrypted)
        if stored is None:
            async with self._fetched(blob, encrypted=encrypted):
                return
        self._refuse_other(blob, await self._in_place(contents_of, stored))

    async def restore(self, blob: BackedUpBlob, into: Store, *, encrypted: bool) -> None:
        """Copy a blob into the object store, where it is whole or absent. Raises as `check` does."""
        stored, target = self._plain_path(blob, encrypted=encrypted), into.path(blob.key)
        if stored is None or target is None:
            async with self._fetched(blob, encrypted=encrypted) as plain:
                await into.put(blob.key, pieces(plain))
            return
        found = await self._in_place(copy_file, stored, target)
        try:
            self._refuse_other(blob, found)
        except BackupDamaged:
            await into.delete(blob.key)
            raise

    def _plain_path(self, blob: BackedUpBlob, *, encrypted: bool) -> Path | None:
        """Where a blob can be read without a copy of it."""
        return None if encrypted else self._store.path(blob.key)

    async def _in_place(self, read: Callable[..., Contents], stored: Path, *to: Path) -> Contents:
        try:
            return await asyncio.to_thread(read, stored, *to)
        except (NotFound, FileNotFoundError) as error:
            raise _missing(str(stored)) from error

    @asynccontextmanager
    async def _fetched(self, blob: BackedUpBlob, *, encrypted: bool) -> AsyncIterator[Path]:
        """A blob as a file on this machine, compared."""
        with self.scratch() as folder:
            self._refuse_other(blob, await self._fetch(blob.key, folder / "plain", encrypted=encrypted))
            yield folder / "plain"

    def _refuse_other(self, blob: BackedUpBlob, found: Contents) -> None:
        expected = (blob.size, blob.sha256 or found[1])
        if found != expected:
            at = self._store.path(blob.key) or f"{self.url}/{blob.key}"
            advice = f"Delete {at}, and the next backup copies it again, if the platform still has it."
            raise BackupDamaged(f"{_damaged(str(at), found, expected).detail} {advice}")

    async def tidy(self, before: datetime) -> list[str]:
        """Remove what was interrupted before a time: backups without a manifest, whose ids are returned, and files
        and snapshots of which only a part was written."""
        blobs = [blob async for found in self._store.list("backups") for blob in found]
        newest: dict[str, datetime] = {}
        for blob in blobs:
            id = blob.key.split("/")[1]
            newest[id] = max(blob.at, newest.get(id, blob.at))
        complete = {blob.key.split("/")[1] for blob in blobs if blob.key.endswith("/manifest.json")}
        interrupted = sorted(id for id, at in newest.items() if id not in complete and at < before)
        for id in interrupted:
            await self.delete_backup(id)
        await self._store.tidy(before)
        await asyncio.to_thread(_remove_scratch, self._scratch, before)
        return interrupted

    async def delete_backup(self, id: str) -> None:
        """The manifest first: what is left of an interruption is no backup."""
        await self._store.delete(f"{_folder(id)}/manifest.json")
        await self._store.clear(_folder(id))

    async def blobs(self) -> AsyncIterator[list[Blob]]:
        for prefix in ("files", "incoming"):
            async for found in self._store.list(prefix):
                yield found

    async def delete(self, keys: list[str]) -> None:
        await self._store.delete(*keys)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        with TemporaryDirectory(prefix=_SCRATCH, dir=self._scratch) as name:
            yield Path(name)

    async def _fetch(self, key: str, target: Path, *, encrypted: bool) -> Contents:
        """Save a stored file in the clear; its size and SHA-256."""
        try:
            if not encrypted:
                return await save(self._store.get(key), target)
            sealed = target.with_name("sealed")
            await save(self._store.get(key + encryption.SUFFIX), sealed)
        except NotFound as error:
            raise _missing(f"{self.url}/{key}") from error
        if self._identity is None:
            raise Conflict("This backup is encrypted; name the file of its key with --key.")
        await asyncio.to_thread(encryption.decrypt, sealed, target, self._identity, f"{self.url}/{key}")
        sealed.unlink()
        return await asyncio.to_thread(contents_of, target)

    async def _put_file(self, key: str, source: Path) -> None:
        if self._recipient is None:
            await self._put(key, source)
            return
        sealed = source.with_name(f"{source.name}{encryption.SUFFIX}")
        with writing(sealed):
            await asyncio.to_thread(encryption.encrypt, source, sealed, self._recipient)
        await self._put(key, sealed)
        sealed.unlink()

    async def _put(self, key: str, source: Path) -> None:
        target = self._store.path(key)
        if target is None:
            await self._store.put(key, pieces(source))
        else:
            await asyncio.to_thread(copy_file, source, target)

    def _key(self, key: str) -> str:
        return key + encryption.SUFFIX if self.encrypts else key

    async def _read(self, key: str) -> bytes:
        return b"".join([piece async for piece in self._store.get(key)])


def _remove_scratch(folder: Path | None, before: datetime) -> None:
    for left in folder.glob(f"{_SCRATCH}*") if folder is not None else ():
        if datetime.fromtimestamp(left.stat().st_mtime, UTC) < before:
            shutil.rmtree(left)


def _missing(name: str) -> BackupDamaged:
    return BackupDamaged(f"{name} is missing.")


def _damaged(name: str, found: Contents, expected: Contents) -> BackupDamaged:
    return BackupDamaged(
        f"{name} is damaged: it has {found[0]} bytes with the SHA-256 {found[1][:16]}, expected {expected[0]} with"
        f" {expected[1][:16]}."
    )


def refuse_within(archive: str, storage: str) -> None:
    """
    Raises:
        Conflict: backups would be kept in the object store itself.
    """
    mine, theirs = archive.rstrip("/") + "/", storage.rstrip("/") + "/"
    if mine.startswith(theirs) or theirs.startswith(mine):
        raise Conflict(
            f"{archive} is where the platform keeps its files ({storage}); choose another place for backups."
        )


def refuse_missing(url: str) -> None:
    """
    Raises:
        NotReady: there is no such folder; opening it would create it.
    """
    if url.startswith("file:") and not Path(unquote(urlsplit(url).path)).is_dir():
        raise NotReady(f"There is no folder {unquote(urlsplit(url).path)}.")


def stored_key(key: str, manifest: Manifest) -> str:
    """Under which key a backup's blob lies in the archive."""
    return key + encryption.SUFFIX if manifest.encrypted else key


def _folder(id: str) -> str:
    return f"backups/{id}"
