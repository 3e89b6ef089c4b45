"""What every transport does the same way: files whole or absent, hashes proved, the manifest strictly last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from maxbooster.plugin import Invalid, NotReady

from ..outlets.outlet import Endpoint
from ..package import Item, Package

PIECE = 1 << 20
"""Bytes that are read and sent at a time."""
LARGEST_ANSWER_BYTES = 10_000_000

Told = Callable[[int], Awaitable[None]]
"""Told after each piece how many bytes of the file are there."""


class Listed(Struct, frozen=True, kw_only=True):
    """A file of a folder at the other side."""

    name: str
    """As people can read it, no two alike in a folder, at most 255 characters."""
    size: int
    modified: int
    """When it was changed last, as the other side says it: seconds since 1970."""
    odd: bool = False
    """Whether its real name cannot be said here: not UTF-8, empty, with a slash or a control character, too long."""

    @classmethod
    def of(cls, name: bytes, size: int, modified: int) -> Listed:
        readable = name.decode("utf-8", "backslashreplace")
        plain = (
            readable.isprintable() and "/" not in readable and readable.encode() == name and 0 < len(readable) <= 255
        )
        if plain:
            return cls(name=readable, size=size, modified=modified)
        shown = readable.encode("unicode_escape").decode("ascii")[:200] or "a file without a name"
        return cls(name=f"{shown} ({sha256(name).hexdigest()[:8]})", size=size, modified=modified, odd=True)


class Transport(Protocol):
    """An open way to an outlet. Paths are relative to the endpoint's folder."""

    async def put(self, folder: str, item: Item, told: Told) -> None:
        """Put a file there under its name, whole and with the right hash. What is there already stays; what was
        cut off goes on where it stopped.

        Raises:
            NotReady: the connection broke or the other side refused; it may be repeated.
            Invalid: the file on this machine is not the one that was announced.
        """

    async def listed(self, folder: str) -> list[Listed]:
        """The files of a folder, sorted by name; none if it does not exist."""

    async def read(self, path: str) -> bytes:
        """A whole file.

        Raises:
            Invalid: it is larger than an answer may be.
            NotReady: it cannot be read, or less of it than its size says.
        """


@asynccontextmanager
async def opened(endpoint: Endpoint) -> AsyncIterator[Transport]:
    """
    Raises:
        NotReady: nobody answers there.
        AuthFailed: our key or password is refused, or the server is not the one that we know.
    """
    if endpoint.transport == "folder":
        from .folder import FolderTransport

        yield FolderTransport(endpoint.folder)
        return
    from . import sftp

    async with sftp.connected(endpoint) as transport:
        yield transport


async def deliver(transport: Transport, package: Package, told: Told) -> None:
    """Send a package there. It may be repeated until it succeeds: nothing arrives twice, nothing half.

    Raises:
        NotReady, Invalid: as in `Transport.put`.
    """
    before = 0
    for item in package.items:

        async def tell(done: int, before: int = before) -> None:
            await told(before + done)

        await transport.put(package.folder, item, tell)
        before += item.size


async def pieces(item: Item, start: int = 0) -> AsyncIterator[bytes]:
    """The bytes of an item from `start` on."""
    import asyncio

    if item.content is not None:
        for at in range(start, item.size, PIECE):
            yield item.content[at : at + PIECE]
        return
    assert item.file is not None
    try:
        with item.file.open("rb") as file:
            file.seek(start)
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
    except OSError as error:
        raise NotReady(f"{item.path} cannot be read on this machine: {error.strerror}.") from error


def whole(content: bytes, size: int, path: str) -> bytes:
    """
    Raises:
        NotReady: it is not all there.
    """
    if len(content) != size:
        raise NotReady(f"{len(content)} of {size} bytes of {path} were read; it is still being written, or cut off.")
    return content


class Checked:
    """Counts and hashes what goes by, and refuses a file that is not the one that was announced."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._digest = sha256()
        self.size = 0

    def take(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)

    @property
    def agrees(self) -> bool:
        return self.size == self._item.size and self._digest.hexdigest() == self._item.sha256

    def demand(self) -> None:
        """
        Raises:
            Invalid: size or hash differ.
        """
        if not self.agrees:
            raise Invalid(f"{self._item.path} has changed since it was checked; submit the release again.")
