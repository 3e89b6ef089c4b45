"""A gigabyte of files backed up while the platform writes, and restored, beside `cp` of it; all until the bytes are on
the disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from statistics import median
from time import perf_counter

from maxbooster.app import App
from maxbooster.db import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.observe import logs
from maxbooster.settings import Sections

from . import places
from .figures import Figure, Pace

FILES, FILE_BYTES = 40, 25_000_000
"""A gigabyte in all: as many masters of four minutes."""
SOMEBODY = Identity(new_id(), None, frozenset({EVERYTHING}))


def measure(pace: Pace) -> list[Figure]:
    return [figure for kind, url, data in places.databases("backup") for figure in _on(kind, url, data, pace)]


def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    logs.configure(level="error")
    copied, backed_up, again, checked, restored = asyncio.run(_times(url, data, min(pace.rounds, 3)))
    beside = "while writes go on; beside cp and sync"
    return [
        Figure(f"{kind}: backup of a gigabyte", 1 / backed_up, "GB/s", 1 / copied, 0.5, note=beside),
        Figure(f"{kind}: the same", backed_up, "s", budget=30.0),
        Figure(f"{kind}: the next backup, nothing new", again, "s"),
        Figure(f"{kind}: all of it read back and compared", checked, "s"),
        Figure(f"{kind}: all of it restored", restored, "s", copied, note="beside cp and sync"),
    ]


async def _times(url: str, data: Path, rounds: int) -> list[float]:
    """Seconds, the median of several rounds: to copy, to back up, to back up again, to check, to restore."""
    async with App(Sections({"core": {"data": str(data), "database": url}})).opened(upgrade=True) as app:
        await _fill(app)
        found = [await _round(app, data) for _ in range(rounds)]
    return [median(times) for times in zip(*found, strict=True)]


async def _round(app: App, data: Path) -> tuple[float, ...]:
    copy, to = data / "copy", data / "backups"
    copied = await _copy(data / "files", copy)
    async with _writing(app):
        backed_up = await _run(app.settings.database, data, "backup", str(to))
        again = await _run(app.settings.database, data, "backup", str(to))
    checked = await _run(app.settings.database, data, "restore", str(to), "--check")
    new = data / "new"
    new.mkdir()
    shutil.copy(data / "secret.key", new)
    with places.postgres() if app.settings.database.startswith("postgresql") else places.sqlite() as empty:
        restored = await _run(empty, new, "restore", str(to))
    for folder in (copy, to, new):
        await asyncio.to_thread(shutil.rmtree, folder)
    return copied, backed_up, again, checked, restored


async def _fill(app: App) -> None:
    for number in range(FILES):
        async with app.unit(SOMEBODY) as ctx:
            await ctx.files.put(f"master {number}.wav", os.urandom(FILE_BYTES))


@asynccontextmanager
async def _writing(app: App) -> AsyncIterator[None]:
    """Somebody stores a small file twenty times a second."""

    async def write() -> None:
        while True:
            async with app.unit(SOMEBODY) as ctx:
                await ctx.files.put("note.txt", b"a note")
            await asyncio.sleep(0.05)

    task = asyncio.create_task(write())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _copy(source: Path, target: Path) -> float:
    began = perf_counter()
    await _finished("cp", "-r", str(source), str(target))
    await _finished("sync", "--file-system", str(target))
    return perf_counter() - began


async def _run(database: str, data: Path, *arguments: str) -> float:
    program = str(Path(sys.executable).with_name("maxbooster"))
    given = {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": database}
    began = perf_counter()
    await _finished(program, *arguments, environment=given)
    return perf_counter() - began


async def _finished(*command: str, environment: dict[str, str] | None = None) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError(f"{' '.join(command)} failed")
