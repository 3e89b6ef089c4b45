"""A scanner that speaks clamd's protocol, and its failures."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and harms nobody (eicar.org)."""


class FakeClamd:
    """`behavior`: what it does instead of scanning."""

    def __init__(self) -> None:
        self.behavior = "scans"
        self.stream_max = 100_000_000
        self.longest_chunk = 0
        self.asked = 0
        self._hanging: set[asyncio.Event] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readuntil(b"\0")
        if self.behavior == "hangs":
            await asyncio.sleep(30)
        if command == b"zVERSION\0":
            writer.write(b"ClamAV 1.4.3/27800/Mon Nov 30 08:00:00 2026\0")
            return
        assert command == b"zINSTREAM\0"
        if self.behavior == "drops":
            await reader.readexactly(4)
            writer.transport.abort()
            return
        content = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            self.longest_chunk = max(self.longest_chunk, length)
            content += await reader.readexactly(length)
            if len(content) > self.stream_max:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        writer.write(self._said(content))

    def _said(self, content: bytes) -> bytes:
        wrong = {
            "garbage": b"\xff\xfe OK-ish\0",
            "cut": b"stream: O",
            "error": b"stream: Can't allocate memory ERROR\0",
            "endless": b"x" * 10_000,
        }
        if self.behavior in wrong:
            return wrong[self.behavior]
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@pytest_asyncio.fixture
async def clamd(tmp_path: Path) -> AsyncIterator[FakeClamd]:
    fake = FakeClamd()
    server = await asyncio.start_unix_server(fake.serve, tmp_path / "clamd.ctl")
    yield fake
    server.close()


@pytest.fixture
def app_settings(tmp_path: Path, clamav_settings: dict[str, Any]) -> dict[str, Any]:
    return {"clamav__address": f"unix:{tmp_path / 'clamd.ctl'}", "clamav__timeout_s": 0.5, **clamav_settings}


@pytest.fixture
def clamav_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    return getattr(request, "param", {})
