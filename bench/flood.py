"""How long somebody who is logged in waits for an answer while strangers, and members, do what they can to stop it:
500 connections that send next to nothing, titles made for slow regular expressions, one line of 600 MB."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import httpx

from maxbooster.testing.people import PASSWORD
from maxbooster.testing.services import free_port, wait_for_port

from . import places
from .figures import Figure, Pace
from .load import Found, Order, generate

SLOW = 500
BUDGET_MS = 250.0
LINE_MB = 600
READS_PER_S = 40
EMAIL = "nova@example.org"
_PIECE = b"a" * 65_536

HALF_SENT = b"GET /api/core/session HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
STALLED = b"POST /api/core/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"
SILENT = b""


def measure(pace: Pace) -> list[Figure]:
    seconds = pace.seconds * pace.rounds
    with places.folder() as data, _platform(data) as (port, process):
        token = _log_in(port)
        quiet = _read(port, token, seconds / 3)
        found, floods = asyncio.run(_flooded(port, token, seconds))
        if process.poll() is not None:
            raise RuntimeError(f"the platform ended with {process.returncode} under the flood")
    note = f"p50 {found.p50_ms:.0f} ms; {floods}"
    return [
        Figure("p99 of a reader, nothing else going on", quiet.p99_ms, "ms"),
        Figure("p99 of a reader under the flood", found.p99_ms, "ms", quiet.p99_ms, budget=BUDGET_MS, note=note),
    ]


@contextmanager
def _platform(data: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """As `maxbooster up` runs it, with one user."""
    port = free_port()
    environment = os.environ | {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_LOG_LEVEL": "error"}
    create = [sys.executable, "-m", "maxbooster", "user", "create", EMAIL, "--password-stdin"]
    subprocess.run(create, env=environment, input=PASSWORD.encode(), check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "maxbooster", "up", "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, timeout_s=60)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _log_in(port: int) -> str:
    body = {"email": EMAIL, "password": PASSWORD}
    answer = httpx.post(f"http://127.0.0.1:{port}/api/core/tokens", json=body, timeout=30)
    return str(answer.raise_for_status().json()["access_token"])


def _read(port: int, token: str, seconds: float) -> Found:
    requests: list[tuple[str, ...]] = [("/api/core/session", token), ("/api/core/account", token)]
    return generate(Order(port, requests, seconds, connections=4, per_second=READS_PER_S)).must_be_good()


async def _flooded(port: int, token: str, seconds: float) -> tuple[Found, str]:
    sent: dict[str, int] = {"slow connections": 0, "reviews": 0, "lines": 0}
    async with _floods(port, token, sent):
        await asyncio.sleep(1)
        found = await asyncio.to_thread(partial(_read, port, token, seconds))
    return found, ", ".join(f"{count} {name}" for name, count in sent.items()) + f" of {LINE_MB} MB"


@asynccontextmanager
async def _floods(port: int, token: str, sent: dict[str, int]) -> AsyncIterator[None]:
    slow = [_hang(port, kind, sent) for kind in (HALF_SENT, STALLED, SILENT, STALLED, HALF_SENT) * (SLOW // 5)]
    heavy = [_send_titles(port, token, sent), _send_line(port, token, sent)]
    tasks = [asyncio.create_task(each) for each in (*slow, *heavy)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _hang(port: int, begun: bytes, sent: dict[str, int]) -> None:
    """One connection that never finishes its request; where it is cut off, another takes its place."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            sent["slow connections"] += 1
            writer.write(begun)
            await reader.read()
            writer.close()
        await asyncio.sleep(random.uniform(0.5, 2.5))


async def _send_titles(port: int, token: str, sent: dict[str, int]) -> None:
    title = "a" + " " * 298 + "b"
    release = {"kind": "album", "title": title, "tracks": [{"title": title} for _ in range(100)]}
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120) as client:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.post("/api/distribution/review", json={"description": release})
                sent["reviews"] += answer.status_code == 200
            await asyncio.sleep(0.1)


async def _send_line(port: int, token: str, sent: dict[str, int]) -> None:
    """Past every limit, again and again, however often the connection is closed."""
    size = LINE_MB * 1_000_000
    head = (
        "POST /api/distribution/review HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {size}\r\n\r\n"
    )
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode())
            for _ in range(0, size, len(_PIECE)):
                writer.write(_PIECE)
                await writer.drain()
            writer.close()
        sent["lines"] += 1
        await asyncio.sleep(0.2)
