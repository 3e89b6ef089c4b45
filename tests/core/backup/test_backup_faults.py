"""Backups that are killed, and that are made while the platform writes: what is restored is whole."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from maxbooster.app import App
from maxbooster.storage.models import FileRow

from .test_backup import Installation, done, empty, used  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _backing_up(installation: Installation, to: Path, public: str) -> subprocess.Popen[bytes]:
    given = {f"MAXBOOSTER_{name.upper()}": value for name, value in installation.settings.items()}
    environment = {"MAXBOOSTER_DATA": str(installation.data), "PATH": "/usr/bin:/bin"} | given
    program = Path(sys.executable).with_name("maxbooster")
    return subprocess.Popen([program, "backup", str(to), "--encrypt-to", public], env=environment)


async def _write(app: App, installation: Installation, stop: asyncio.Event, chance: random.Random) -> int:
    """Store and delete files until told to stop; returns how many were stored."""
    stored = 0
    while not stop.is_set():
        async with app.unit(installation.identity) as ctx:
            row = await ctx.files.put("take.txt", chance.randbytes(chance.randrange(1, 200_000)))
        stored += 1
        if stored % 5 == 0:
            await installation.delete(row.id)
            await app.store.delete(f"files/{installation.account}/{row.id}")
    return stored


@pytest.mark.parametrize("seed", [31])
async def test_killed_again_and_again_while_the_platform_writes(used, empty, tmp_path, seed):  # noqa: F811
    chance, to = random.Random(seed), tmp_path / "backups"
    key = tmp_path / "key"
    public = done(await asyncio.to_thread(used.run, "secrets", "new-backup-key", str(key))).strip()
    async with used.open() as app:
        stop = asyncio.Event()
        writing = asyncio.create_task(_write(app, used, stop, chance))
        for _ in range(6):
            process = _backing_up(used, to, public)
            await asyncio.sleep(chance.uniform(0.3, 2.5))
            process.kill()
            await asyncio.to_thread(process.wait)
        process = _backing_up(used, to, public)
        assert await asyncio.to_thread(process.wait) == 0
        stop.set()
        assert await writing > 20
    done(await asyncio.to_thread(empty.run, "restore", str(to), "--key", str(key), "--check"))
    done(await asyncio.to_thread(empty.run, "restore", str(to), "--key", str(key)))
    done(await asyncio.to_thread(empty.run, "audit", "verify"))
    done(await asyncio.to_thread(empty.run, "billing", "verify"))
    async with empty.open() as app, app.unit(empty.identity) as ctx:
        files = await ctx.all(select(FileRow))
        assert len(files) > 5
        for file in files:
            assert len(b"".join([piece async for piece in ctx.files.read(file)])) == file.size
