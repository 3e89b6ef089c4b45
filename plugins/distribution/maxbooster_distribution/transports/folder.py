"""A folder on this machine, or on a disk that is mounted here."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from maxbooster.plugin import Invalid, NotReady

from ..package import Item
from .transport import LARGEST_ANSWER_BYTES, PIECE, Checked, Listed, Told, pieces, whole


class FolderTransport:
    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)

    async def put(self, folder: str, item: Item, told: Told) -> None:
        path = self._root / folder / item.path
        if await asyncio.to_thread(_is_there, path, item):
            await told(item.size)
            return
        part = path.with_name(f".{path.name}.part")
        checked = Checked(item)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                async for piece in pieces(item):
                    checked.take(piece)
                    await asyncio.to_thread(file.write, piece)
                    await told(checked.size)
                checked.demand()
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            part.replace(path)
        except OSError as error:
            raise NotReady(f"{path.parent} cannot be written: {error.strerror}.") from error

    async def listed(self, folder: str) -> list[Listed]:
        return await asyncio.to_thread(_listed, self._root / folder)

    async def read(self, path: str) -> bytes:
        file = self._root / path
        try:
            size = file.stat().st_size
            if size > LARGEST_ANSWER_BYTES:
                raise Invalid(f"{file.name} has more than {LARGEST_ANSWER_BYTES:,} bytes; no answer is that long.")
            return whole(await asyncio.to_thread(file.read_bytes), size, file.name)
        except OSError as error:
            raise NotReady(f"{file} cannot be read: {error.strerror}.") from error


def _listed(folder: Path) -> list[Listed]:
    found = []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # it went away meanwhile
                if entry.is_file():
                    stat = entry.stat()
                    found.append(Listed.of(os.fsencode(entry.name), stat.st_size, int(stat.st_mtime)))
    return sorted(found, key=lambda each: each.name)


def _is_there(path: Path, item: Item) -> bool:
    if not path.is_file() or path.stat().st_size != item.size:
        return False
    checked = Checked(item)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            checked.take(piece)
    return checked.agrees
