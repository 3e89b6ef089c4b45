"""A disk that fills up: a sentence, no half backup or installation, and everything that was there before."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .test_backup import SONG, Installation, done, empty, refused, used  # noqa: F401

MASTER = os.urandom(3_000_000)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small one of its own."""
    at = tmp_path / "disk"
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(at)], check=False, capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be filled: {mounted.stderr.strip()}")
    yield at
    subprocess.run(["umount", "--lazy", str(at)], check=True)


def fill(disk: Path, *, but: int) -> Path:
    """Leave so many bytes free."""
    filler = disk / "filler"
    filler.write_bytes(bytes(free(disk) - but))
    return filler


def free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


async def command(installation: Installation, *arguments: str):
    return await asyncio.to_thread(installation.run, *arguments)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("room", [2_000_000, 50_000], ids=["in a file", "in the database"])
async def test_a_backup_onto_a_full_disk_leaves_the_earlier_ones(used, disk, tmp_path, encrypted, room):  # noqa: F811
    to = ["backup", str(disk / "backups")]
    if encrypted:
        to += ["--encrypt-to", done(await command(used, "secrets", "new-backup-key", str(tmp_path / "key"))).strip()]
    await used.put(SONG)
    done(await command(used, *to))
    listed = done(await command(used, "restore", to[1], "--list"))
    if room > len(SONG) * 10:
        await used.put(MASTER)
    filler = fill(disk, but=room)
    before = free(disk)
    sentence = refused(await command(used, *to))
    assert "No space left on device" in sentence
    assert "Free some space on that disk" in sentence
    assert "Earlier backups are as they were" in sentence
    assert done(await command(used, "restore", to[1], "--list")) == listed
    assert before - free(disk) < 20_000  # what is left is folders
    filler.unlink()
    done(await command(used, *to))
    key = ["--key", str(tmp_path / "key")] if encrypted else []
    done(await command(used, "restore", to[1], "--check", *key))


async def test_files_that_were_copied_before_the_disk_was_full_are_named_and_used(used, disk):  # noqa: F811
    await used.put(SONG)
    filler = fill(disk, but=150_000)
    sentence = refused(await command(used, "backup", str(disk / "backups")))
    assert f"1 more files stay in {(disk / 'backups').as_uri()} for the next run" in sentence
    filler.unlink()
    assert "0 of them (0 B) were new" in done(await command(used, "backup", str(disk / "backups")))


async def test_a_full_data_folder_makes_no_backup(database_url, disk, tmp_path):
    sqlite = database_url.startswith("sqlite")
    used = Installation(disk, f"sqlite:///{disk / 'maxbooster.db'}" if sqlite else database_url)  # noqa: F811
    await used.put(SONG)
    filler = fill(disk, but=120_000)
    sentence = refused(await command(used, "backup", str(tmp_path / "backups")))
    assert "full" in sentence or "No space left" in sentence
    assert list(used.data.glob(".backup-*")) == []
    filler.unlink()
    done(await command(used, "backup", str(tmp_path / "backups")))


@pytest.mark.parametrize("fails_at", ["a file", "the database"])
async def test_a_restore_onto_a_full_disk_is_started_again(used, empty, disk, tmp_path, fails_at):  # noqa: F811
    content, room = (MASTER, 2_000_000) if fails_at == "a file" else (SONG, 150_000)
    sqlite = used.settings["database"].startswith("sqlite")
    if not sqlite and content is SONG:
        pytest.skip("PostgreSQL has its database elsewhere")
    here = Installation(disk, f"sqlite:///{disk / 'data' / 'maxbooster.db'}" if sqlite else empty.settings["database"])
    here.account = used.account
    [file] = await used.put(content)
    to = str(tmp_path / "backups")
    done(await command(used, "backup", to))
    here.data.mkdir()
    shutil.copy(used.data / "secret.key", here.data)
    filler = fill(disk, but=room)
    assert "No space left on device" in refused(await command(here, "restore", to))
    assert not (here.data / "maxbooster.db").exists()
    assert list(here.data.glob(".backup-*")) == []
    filler.unlink()
    done(await command(here, "restore", to))
    assert await here.read(file) == content


async def test_what_an_interrupted_backup_left_is_removed_half_a_day_later(used, tmp_path):  # noqa: F811
    to = tmp_path / "backups"
    await used.put(SONG)
    done(await command(used, "backup", str(to)))
    [manifest] = to.rglob("manifest.json")
    manifest.unlink()
    [stored] = [each for each in (to / "files").rglob("*") if each.is_file()]
    half = stored.with_name(f"{stored.name}1#0")
    half.write_bytes(SONG[:100])
    snapshot = used.data / ".backup-killed"
    snapshot.mkdir()
    left = [manifest.parent / "database", manifest.parent / "files.txt", half, snapshot]
    done(await command(used, "backup", str(to)))
    assert all(each.exists() for each in left)  # it might still be running, on another machine
    yesterday = (datetime.now(UTC) - timedelta(hours=13)).timestamp()
    for each in left:
        os.utime(each, (yesterday, yesterday))
    said = done(await command(used, "backup", str(to)))
    assert f"Removed what was left of interrupted backups: {manifest.parent.name}." in said
    assert not any(each.exists() for each in left)
    done(await command(used, "restore", str(to), "--check"))


async def test_a_file_that_was_cut_in_the_backup_is_copied_again(used, tmp_path):  # noqa: F811
    to = tmp_path / "backups"
    await used.put(SONG)
    done(await command(used, "backup", str(to)))
    [stored] = [each for each in (to / "files").rglob("*") if each.is_file()]
    stored.write_bytes(SONG[:-1] + b"!")
    sentence = refused(await command(used, "restore", str(to), "--check"))
    assert f"Delete {stored}, and the next backup copies it again" in sentence
    stored.write_bytes(SONG[:100])
    assert "1 of them (8.0 kB) were new" in done(await command(used, "backup", str(to)))
    done(await command(used, "restore", str(to), "--check"))
