"""A TCP proxy that misbehaves on request, to stand between a client and a real server in tests."""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from random import Random
from types import TracebackType
from typing import Self


class FaultProxy:
    """`async with FaultProxy("127.0.0.1", 5432) as proxy:` listens on `proxy.port` of the loopback address.

    The faults are attributes that can be set at any time; what is chosen by chance follows from `seed`.
    """

    def __init__(self, host: str, port: int, *, seed: int = 0) -> None:
        self.latency_s = 0.0
        """Wait before each piece that is passed on, either way."""
        self.jitter_s = 0.0
        """Up to so much more, by chance."""
        self.bytes_per_s: float | None = None
        """Throttle each direction of each connection."""
        self.cut_after_bytes: int | None = None
        """Reset a connection when the target has answered so many bytes."""
        self.cut_share = 0.0
        """This share of new connections, by chance, is reset at once."""
        self.connections = 0
        """How many were accepted so far."""
        self.port = 0
        self._target = (host, port)
        self._random = Random(seed)
        self._open: set[StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()

    async def listen(self) -> None:
        """Accept connections (again), always on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Refuse new connections and reset those that are open, as when a server is killed."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Reset every open connection."""
        for writer in list(self._open):
            _reset(writer)

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        if self._random.random() < self.cut_share:
            _reset(writer)
            return
        try:
            target_reader, target_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)
            return
        both = {writer, target_writer}
        self._open |= both
        try:
            async with asyncio.TaskGroup() as directions:
                directions.create_task(self._pass_on(reader, target_writer, answers=False))
                directions.create_task(self._pass_on(target_reader, writer, answers=True))
        except* OSError:
            for end in both:
                _reset(end)
        finally:
            self._open -= both
            for end in both:
                end.close()

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter, *, answers: bool) -> None:
        passed = 0
        while piece := await reader.read(16_384):
            if answers and self.cut_after_bytes is not None and passed + len(piece) > self.cut_after_bytes:
                writer.write(piece[: self.cut_after_bytes - passed])
                await writer.drain()
                raise ConnectionResetError("cut after so many bytes")
            await asyncio.sleep(self._delay_s(len(piece)))
            writer.write(piece)
            await writer.drain()
            passed += len(piece)
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    def _delay_s(self, size: int) -> float:
        throttled = size / self.bytes_per_s if self.bytes_per_s else 0.0
        return self.latency_s + self.jitter_s * self._random.random() + throttled


def _reset(writer: StreamWriter) -> None:
    """Close at once with RST instead of FIN: SO_LINGER of zero seconds (socket(7))."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and not writer.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
