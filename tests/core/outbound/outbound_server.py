"""A real HTTP/1.1 server on loopback whose answers a test writes."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Script = Callable[[Seen], Awaitable[Answer]]


class Server:
    """Answers by `script`, one request a connection; keeps what it saw."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.at_a_time = 0
        self.most_at_a_time = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.at_a_time += 1
        self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
        try:
            request = await _read(reader)
            self.seen.append(request)
            answer = await self.script(request)
            head = {"Content-Length": str(len(answer.body)), "Connection": "close"} | answer.headers
            lines = [f"HTTP/1.1 {answer.status} ", *(f"{name}: {value}" for name, value in head.items())]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + answer.body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_a_time -= 1
            writer.close()


async def _read(reader: StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("transfer-encoding") == "chunked":
        return Seen(method, path, headers, await _chunks(reader))
    return Seen(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _chunks(reader: StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body


def in_turn(*answers: Answer) -> Script:
    """One after the other; the last one again and again."""
    left = list(answers)

    async def script(_: Seen) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return script
