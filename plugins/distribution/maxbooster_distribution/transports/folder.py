"""A folder on this machine, or on a disk that is mounted here."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from maxbooster.plugin import Invalid, NotReady

from ..package import Item
from .transport import LARGEST_ANSWER_BYTES, PIECE, Checked, Told, pieces


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

    async def names(self, folder: str) -> list[str]:
        path = self._root / folder
        return sorted(each.name for each in path.iterdir() if each.is_file()) if path.is_dir() else []

    async def read(self, path: str) -> bytes:
        file = self._root / path
        try:
            if file.stat().st_size > LARGEST_ANSWER_BYTES:
                raise Invalid(f"{file.name} has more than {LARGEST_ANSWER_BYTES:,} bytes; no answer is that long.")
            return await asyncio.to_thread(file.read_bytes)
        except OSError as error:
            raise NotReady(f"{file} cannot be read: {error.strerror}.") from error


def _is_there(path: Path, item: Item) -> bool:
    if not path.is_file() or path.stat().st_size != item.size:
        return False
    checked = Checked(item)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            checked.take(piece)
    return checked.agrees
