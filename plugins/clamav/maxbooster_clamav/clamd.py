"""Talking to clamd: the commands PING, VERSION and INSTREAM of clamd(8), null-terminated, one per connection."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from maxbooster.plugin import NotReady, Struct

CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: (?P<signature>.{1,200}) FOUND")


class Verdict(Struct, frozen=True):
    """`signature`: what was found; empty: nothing was. `is_too_large`: clamd takes no files of that size."""

    signature: str = ""
    is_too_large: bool = False


class Clamd:
    """Raises `NotReady` where there is no answer that can be believed."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self.address = address
        self._timeout_s = timeout_s

    async def scan(self, pieces: AsyncIterable[bytes]) -> Verdict:
        async with self._connected() as (reader, writer):
            await self._send(writer, b"zINSTREAM\0")
            answered = asyncio.create_task(self._answer(reader))
            try:
                await self._stream(writer, pieces, answered)
                return self._verdict(await answered)
            finally:
                answered.cancel()
                with suppress(asyncio.CancelledError, NotReady):
                    await answered

    async def version(self) -> str:
        """`ClamAV 1.4.3/27800/Mon Nov 30 08:00:00 2026`."""
        async with self._connected() as (reader, writer):
            await self._send(writer, b"zVERSION\0")
            version: str = await self._in_time(self._answer(reader), "its version")
            return version

    async def _stream(
        self, writer: asyncio.StreamWriter, pieces: AsyncIterable[bytes], answered: asyncio.Task[str]
    ) -> None:
        """Each chunk with its length before it, an empty one at the end. clamd answers early where it wants no more."""
        async for piece in pieces:
            for start in range(0, len(piece), CHUNK):
                if answered.done():
                    return
                chunk = piece[start : start + CHUNK]
                try:
                    await self._send(writer, struct.pack(">I", len(chunk)) + chunk)
                except NotReady:
                    await asyncio.wait([answered], timeout=1.0)
                    if answered.done() and answered.exception() is None:
                        return
                    raise
        await self._send(writer, struct.pack(">I", 0))
        await self._in_time(asyncio.wait([answered]), "its verdict")

    def _verdict(self, answer: str) -> Verdict:
        if answer == "stream: OK":
            return Verdict()
        if found := _FOUND.fullmatch(answer):
            return Verdict(found["signature"])
        if "size limit exceeded" in answer:
            return Verdict(is_too_large=True)
        raise NotReady(f"clamd at {self.address} answered {answer[:200]!r} instead of a verdict.")

    async def _answer(self, reader: asyncio.StreamReader) -> str:
        try:
            answer = await reader.readuntil(b"\0")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
            raise NotReady(f"clamd at {self.address} broke off without an answer ({type(error).__name__}).") from error
        return answer[:-1].decode("utf-8", "replace").strip()

    async def _send(self, writer: asyncio.StreamWriter, content: bytes) -> None:
        try:
            writer.write(content)
            await self._in_time(writer.drain(), "more of the file")
        except OSError as error:
            raise NotReady(f"clamd at {self.address} broke the connection off.") from error

    async def _in_time(self, awaited: Any, what: str) -> Any:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await awaited
        except TimeoutError:
            raise NotReady(f"clamd at {self.address} was asked for {what}, and {self._timeout_s:g} s passed.") from None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await self._in_time(self._connect(), "a connection")
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            if self.address.startswith("unix:"):
                return await asyncio.open_unix_connection(self.address.removeprefix("unix:"), limit=_LONGEST_ANSWER)
            at = urlsplit(self.address)
            return await asyncio.open_connection(at.hostname, at.port or 3310, limit=_LONGEST_ANSWER)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise NotReady(f"clamd at {self.address} can't be reached ({reason}): is clamav-daemon running?") from error
