"""One `maxbooster up` for each data folder: the second one says who has it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from ..errors import Conflict


class Holder(Struct, frozen=True):
    """The process that runs on a data folder."""

    pid: int
    address: str


@contextmanager
def held(folder: Path, address: str) -> Iterator[None]:
    """Hold `folder` for this process. The system lets go of it when the process ends, however it ends.

    Raises:
        Conflict: another process holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / "up.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(folder, os.pread(file, 4096, 0)) from None
        os.ftruncate(file, 0)
        os.pwrite(file, msgspec.json.encode(Holder(os.getpid(), address)), 0)
        yield
    finally:
        os.close(file)


def _in_use(folder: Path, written: bytes) -> Conflict:
    try:
        holder = msgspec.json.decode(written, type=Holder)
        who = f"process {holder.pid}, at {holder.address}"
    except msgspec.DecodeError:
        who = "another process, which is just starting"
    return Conflict(
        f"The data folder {folder.resolve()} is in use by {who}. Stop that one first, or choose another folder"
        " with MAXBOOSTER_DATA."
    )
