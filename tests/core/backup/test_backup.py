"""A platform that is backed up and restored: the same rows and files, or a sentence that says why not."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from sqlalchemy import delete

from maxbooster.app import App
from maxbooster.backup.archive import Archive
from maxbooster.backup.creating import Installation as Installed
from maxbooster.backup.creating import create
from maxbooster.backup.database import restore
from maxbooster.backup.manifest import Manifest
from maxbooster.db import new_id
from maxbooster.errors import NotReady
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.keyring import existing_keyring
from maxbooster.settings import Sections, Settings
from maxbooster.storage.models import FileRow
from maxbooster.storage.store import Store
from maxbooster.testing import services

from ..command_line import Answer, run

SONG, LATER = b"la la la" * 1000, b"do re mi" * 500


class Installation:
    """Its command line and, for a moment at a time, its platform."""

    def __init__(self, folder: Path, database: str, **settings: str) -> None:
        self.data = folder / "data"
        self.settings = {"database": database} | settings
        self.account = new_id()

    def run(self, *arguments: str, **environment: str) -> Answer:
        given = {f"MAXBOOSTER_{name.upper()}": value for name, value in self.settings.items()}
        return run(*arguments, data=self.data, **given | environment)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[App]:
        sections = {"core": self.settings | {"data": str(self.data), "examples": "true"}}
        async with App(Sections(sections)).opened(upgrade=True) as app:
            yield app

    async def put(self, *contents: bytes) -> list[UUID]:
        async with self.open() as app, app.unit(self.identity) as ctx:
            return [(await ctx.files.put("song.txt", content)).id for content in contents]

    async def read(self, file: UUID) -> bytes:
        async with self.open() as app, app.unit(self.identity) as ctx:
            return b"".join([piece async for piece in ctx.files.read(await ctx.files.get(file))])

    async def delete(self, file: UUID) -> None:
        async with self.open() as app:
            await app.database.transact(
                lambda connection: connection.execute(delete(FileRow).where(FileRow.id == file))
            )

    @property
    def identity(self) -> Identity:
        return Identity(self.account, None, frozenset({EVERYTHING}))


@pytest_asyncio.fixture
async def used(database_url: str, tmp_path: Path) -> Installation:
    """A platform with a file and a secret."""
    installation = Installation(tmp_path / "old", database_url)
    async with installation.open() as app, app.unit(installation.identity) as ctx:
        await ctx.secrets.put("bluesky", "kept")
    return installation


@pytest.fixture
def empty(used: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Another installation, on the same kind of database."""
    if used.settings["database"].startswith("sqlite"):
        yield _alike(used, tmp_path, f"sqlite:///{tmp_path / 'new' / 'data' / 'maxbooster.db'}")
        return
    server = services.postgres()
    url = services.create_database(server)
    yield _alike(used, tmp_path, url)
    services.drop_database(server, url)


def _alike(used: Installation, folder: Path, database: str) -> Installation:
    empty = Installation(folder / "new", database)
    empty.account = used.account
    (folder / "new").mkdir()
    return empty


def done(answer: Answer) -> str:
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(answer: Answer) -> str:
    assert answer.returncode == 1, answer
    assert answer.stdout == ""
    return answer.stderr


async def test_what_was_backed_up_is_there_after_a_restore(used, empty, tmp_path):
    [file] = await used.put(SONG)
    made = await asyncio.to_thread(used.run, "backup", str(tmp_path / "backups"))
    assert f"{used.data / 'secret.key'}" in done(made)
    empty.data.mkdir()
    shutil.copy(used.data / "secret.key", empty.data)
    restored = done(await asyncio.to_thread(empty.run, "restore", str(tmp_path / "backups")))
    assert "1 files, 8.0 kB, and the database" in restored
    assert await empty.read(file) == SONG
    async with empty.open() as app, app.unit(empty.identity) as ctx:
        assert await ctx.secrets.get("bluesky") == "kept"


async def test_an_encrypted_backup_brings_the_secret_key_and_tells_nobody_anything(used, empty, tmp_path):
    [file] = await used.put(SONG)
    key = tmp_path / "backup.key"
    public = done(await asyncio.to_thread(used.run, "secrets", "new-backup-key", str(key))).strip()
    to = str(tmp_path / "backups")
    for _ in range(2):  # the second finds the file there
        done(await asyncio.to_thread(used.run, "backup", to, "--encrypt-to", public))
    content = b"".join(each.read_bytes() for each in _files(tmp_path / "backups"))
    assert not any(word in content for word in (b"song.txt", SONG[:50], (used.data / "secret.key").read_bytes()))
    assert "name the file of its key with --key" in refused(await asyncio.to_thread(empty.run, "restore", to))
    done(await asyncio.to_thread(empty.run, "restore", to, "--key", str(key), "--check"))
    done(await asyncio.to_thread(empty.run, "restore", to, "--key", str(key)))
    assert await empty.read(file) == SONG
    async with empty.open() as app, app.unit(empty.identity) as ctx:
        assert await ctx.secrets.get("bluesky") == "kept"


async def test_only_new_files_are_copied_and_older_backups_go(used, tmp_path):
    to = tmp_path / "backups"
    await used.put(SONG)
    first = await _backup(used, to)
    assert (first["files"], first["copied_files"]) == (1, 1)
    [later] = await used.put(LATER)
    second = await _backup(used, to)
    assert (second["files"], second["copied_files"], second["copied_bytes"]) == (2, 1, len(LATER))
    await used.delete(later)
    kept = await _backup(used, to, "--keep", "1")
    assert kept["removed"] == [second["id"], first["id"]]
    assert [each.stat().st_size for each in _files(to / "files")] == [len(SONG)]
    done(await asyncio.to_thread(used.run, "restore", str(to), "--check"))


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


async def _backup(installation: Installation, to: Path, *options: str) -> dict[str, object]:
    made = await asyncio.to_thread(installation.run, "backup", str(to), "--json", *options)
    return msgspec.json.decode(done(made))


async def test_a_restore_needs_an_empty_installation(used, empty, tmp_path):
    to = str(tmp_path / "backups")
    await used.put(SONG)
    done(await asyncio.to_thread(used.run, "backup", to))
    assert "isn't empty; it has" in refused(await asyncio.to_thread(used.run, "restore", to))
    await Store((empty.data / "files").as_uri()).put(f"files/{new_id()}/{new_id()}", b"another's")
    shutil.copy(used.data / "secret.key", empty.data)
    assert "isn't in the backup" in refused(await asyncio.to_thread(empty.run, "restore", to))
    assert not (empty.data / "maxbooster.db").exists()


async def test_without_the_secret_key_nothing_is_restored(used, empty, tmp_path):
    to = str(tmp_path / "backups")
    done(await asyncio.to_thread(used.run, "backup", to))
    assert "doesn't contain the secret key" in refused(await asyncio.to_thread(empty.run, "restore", to))
    other = {"MAXBOOSTER_SECRET_KEYS": Fernet.generate_key().decode()}
    assert "made with another secret key" in refused(await asyncio.to_thread(empty.run, "restore", to, **other))


async def test_a_place_with_anothers_backups_is_not_used(used, empty, tmp_path):
    to = str(tmp_path / "backups")
    done(await asyncio.to_thread(used.run, "backup", to))
    done(await asyncio.to_thread(empty.run, "db", "upgrade"))
    empty.data.mkdir(exist_ok=True)
    (empty.data / "secret.key").write_bytes(Fernet.generate_key())
    assert "another installation" in refused(await asyncio.to_thread(empty.run, "backup", to))


async def test_a_damaged_backup_is_told_and_restores_nothing(used, empty, tmp_path):
    to = tmp_path / "backups"
    await used.put(SONG)
    done(await asyncio.to_thread(used.run, "backup", str(to)))
    empty.data.mkdir()
    shutil.copy(used.data / "secret.key", empty.data)
    parts = [*_files(to / "files"), *to.rglob("database"), *to.rglob("files.txt")]
    assert len(parts) == 3
    for number, (part, how) in enumerate(product(parts, ("cut", "changed", "gone"))):
        whole = part.read_bytes()
        _damage(part, how)
        sentence = refused(await asyncio.to_thread(empty.run, "restore", str(to), *(["--check"] if number % 2 else [])))
        assert part.name in sentence
        assert ("is missing" if how == "gone" else "is damaged") in sentence
        part.write_bytes(whole)
    done(await asyncio.to_thread(empty.run, "restore", str(to)))


def _damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 2] if how == "cut" else content[:-1] + bytes([content[-1] ^ 1]))


async def test_a_backup_of_a_newer_version_is_not_restored(used, empty, tmp_path):
    to = tmp_path / "backups"
    done(await asyncio.to_thread(used.run, "backup", str(to)))
    [file] = to.rglob("manifest.json")
    manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    later = msgspec.structs.replace(manifest, version="9.1", revisions=manifest.revisions | {"core": "core_9999"})
    file.write_bytes(later.encode())
    assert "Install 9.1 or newer" in refused(await asyncio.to_thread(empty.run, "restore", str(to)))
    file.write_bytes(msgspec.structs.replace(manifest, format=2).encode())
    assert "has the format 2" in refused(await asyncio.to_thread(empty.run, "restore", str(to)))
    file.write_bytes(b'{"format": 1, "id"')
    assert "can't be read" in refused(await asyncio.to_thread(empty.run, "restore", str(to)))


async def test_another_kind_of_database_is_refused(used, tmp_path):
    to = str(tmp_path / "backups")
    done(await asyncio.to_thread(used.run, "backup", to))
    sqlite = used.settings["database"].startswith("sqlite")
    other = "postgresql://nobody@127.0.0.1:1/none" if sqlite else f"sqlite:///{tmp_path / 'other.db'}"
    answer = await asyncio.to_thread(used.run, "restore", to, MAXBOOSTER_DATABASE=other)
    assert f"holds a {'SQLite' if sqlite else 'PostgreSQL'} database" in refused(answer)


async def test_an_interrupted_backup_is_none(used, tmp_path):
    to = tmp_path / "backups"
    [file] = await used.put(SONG)
    done(await asyncio.to_thread(used.run, "backup", str(to)))
    next(to.rglob("manifest.json")).unlink()
    listed = done(await asyncio.to_thread(used.run, "restore", str(to), "--list"))
    assert listed.strip() == f"{to.as_uri()} has no complete backup."
    assert "has no complete backup" in refused(await asyncio.to_thread(used.run, "restore", str(to)))
    assert (await _backup(used, to))["copied_files"] == 0
    assert file


async def test_an_interrupted_restore_is_started_again(used, empty, tmp_path):
    to = tmp_path / "backups"
    files = await used.put(SONG, LATER)
    done(await asyncio.to_thread(used.run, "backup", str(to)))
    shutil.copytree(to / "files", empty.data / "files" / "files")
    _files(empty.data / "files")[0].write_bytes(b"cut")
    shutil.copy(used.data / "secret.key", empty.data)
    done(await asyncio.to_thread(empty.run, "restore", str(to)))
    assert [await empty.read(file) for file in files] == [SONG, LATER]


async def test_a_file_that_the_object_store_damaged_is_not_backed_up_as_if_it_were_whole(used, tmp_path):
    [file] = await used.put(SONG)
    [stored] = used.data.rglob(str(file))
    stored.write_bytes(SONG[:-1] + b"!")
    sentence = refused(await asyncio.to_thread(used.run, "backup", str(tmp_path / "backups")))
    assert f"{file} is damaged" in sentence
    stored.unlink()
    without = await asyncio.to_thread(used.run, "backup", str(tmp_path / "without"))
    assert (without.returncode, f"Lost: files/{used.account}/{file}" in without.stderr) == (1, True)
    assert "is complete: 0 files" in without.stdout


async def test_a_file_that_goes_while_it_is_backed_up_is_no_failure(used, tmp_path, monkeypatch):
    """It is in the first snapshot, and not in the second."""
    [file] = await used.put(SONG)
    keep = Archive.keep

    async def deleting(self, blob, source):
        await used.delete(file)
        await source.delete(blob.key)
        monkeypatch.setattr(Archive, "keep", keep)
        return await keep(self, blob, source)

    monkeypatch.setattr(Archive, "keep", deleting)
    settings = Settings(data=used.data, database=used.settings["database"])
    installation = Installed(settings, existing_keyring(settings), Store(settings.storage_url), [])
    archive = Archive((tmp_path / "backups").as_uri(), scratch=tmp_path)
    made = await create(installation, archive, datetime.now(UTC), keep=None, progress=lambda done, total: None)
    assert made.files == 0


async def test_places_that_cannot_hold_backups(used, tmp_path):
    inside = str(used.data / "files" / "backups")
    assert "choose another place" in refused(await asyncio.to_thread(used.run, "backup", inside))
    assert "There is no folder" in refused(await asyncio.to_thread(used.run, "restore", str(tmp_path / "nowhere")))
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "a file").touch()
    assert "cannot be written" in refused(await asyncio.to_thread(used.run, "backup", str(tmp_path / "a file")))


async def test_keys_that_are_none(used, tmp_path):
    to, key = str(tmp_path / "backups"), tmp_path / "key"
    assert "is not a public key of age" in refused(await asyncio.to_thread(used.run, "backup", to, "--encrypt-to", "x"))
    public = done(await asyncio.to_thread(used.run, "secrets", "new-backup-key", str(key))).strip()
    assert "exists already" in refused(await asyncio.to_thread(used.run, "secrets", "new-backup-key", str(key)))
    done(await asyncio.to_thread(used.run, "backup", to, "--encrypt-to", public))
    done(await asyncio.to_thread(used.run, "secrets", "new-backup-key", str(tmp_path / "other")))
    answer = await asyncio.to_thread(used.run, "restore", to, "--check", "--key", str(tmp_path / "other"))
    assert "can't be decrypted" in refused(answer)
    key.write_text("two\nlines\n")
    assert "holds 2 keys" in refused(await asyncio.to_thread(used.run, "restore", to, "--check", "--key", str(key)))


async def test_one_key_opens_all_backups_of_a_place(used, tmp_path):
    """Files that are there aren't copied again: another key wouldn't open them."""
    to, publics = str(tmp_path / "backups"), []
    for name in ("one", "two"):
        made = await asyncio.to_thread(used.run, "secrets", "new-backup-key", str(tmp_path / name))
        publics.append(done(made).strip())
    done(await asyncio.to_thread(used.run, "backup", to, "--encrypt-to", publics[0]))
    assert "Choose an empty place" in refused(
        await asyncio.to_thread(used.run, "backup", to, "--encrypt-to", publics[1])
    )
    assert "would be not encrypted" in refused(await asyncio.to_thread(used.run, "backup", to))
    done(await asyncio.to_thread(used.run, "backup", to, "--encrypt-to", publics[0]))


async def test_postgresql_without_its_programs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotReady, match="pg_restore is not installed"):
        restore("postgresql://nobody@127.0.0.1:1/none", tmp_path / "dump")


async def test_one_backup_at_a_time(used, tmp_path):
    with (used.data / "backup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        answer = await asyncio.to_thread(used.run, "backup", str(tmp_path / "backups"))
        assert "Another backup of this installation" in refused(answer)
    done(await asyncio.to_thread(used.run, "backup", str(tmp_path / "backups")))


def test_the_command_starts_without_what_takes_long_to_import():
    """A daily backup has little to copy, and importing SQLAlchemy would be most of it."""
    loaded = "import sys, maxbooster.cli.backup; print('sqlalchemy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True).strip() == "False"
