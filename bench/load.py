"""An HTTP load generator, run as a process of its own: `python -m bench.load < order > found`.

Keep-alive connections over raw sockets. *Closed*: each connection sends its next request when it has its answer, so
the server is saturated. *Open*: requests come at a fixed rate whatever the server does, and their time counts from
when they were due, so a slow server cannot make its own figures better.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from itertools import cycle
from time import perf_counter
from typing import cast

import uvloop

from .figures import percentile
from .places import ROOT


@dataclass
class Order:
    port: int
    requests: list[tuple[str, ...]]
    """Path and bearer token, used in turn; for a POST also its JSON body, the address that it is said to come from, and
    further header lines."""
    seconds: float
    connections: int = 32
    per_second: float | None = None
    """None: closed."""


@dataclass
class Found:
    seconds: float
    statuses: dict[str, int]
    p50_ms: float
    p99_ms: float
    """Of answers with status 200."""

    @property
    def good_per_s(self) -> float:
        return self.statuses.get("200", 0) / self.seconds

    @property
    def shed_share(self) -> float:
        return self.statuses.get("503", 0) / max(1, sum(self.statuses.values()))

    def must_be_good(self) -> Found:
        others = {status: count for status, count in self.statuses.items() if status != "200"}
        if others or not self.statuses:
            raise RuntimeError(f"the server answered other than 200: {self.statuses}")
        return self


def generate(order: Order) -> Found:
    """Run it in a process of its own."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(asdict(order)), text=True, cwd=ROOT, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return Found(**json.loads(answer.stdout))


@dataclass
class _Run:
    requests: cycle[bytes]
    closed: bool
    statuses: Counter[int] = field(default_factory=Counter)
    good_s: list[float] = field(default_factory=list)
    over: bool = False
    idle: deque[_Connection] = field(default_factory=deque)
    due: deque[float] = field(default_factory=deque)

    def answered(self, connection: _Connection, status: int, since: float) -> None:
        if self.over:
            return
        self.statuses[status] += 1
        if status == 200:
            self.good_s.append(perf_counter() - since)
        if self.closed:
            connection.send(next(self.requests), perf_counter())
        elif self.due:
            connection.send(next(self.requests), self.due.popleft())
        else:
            self.idle.append(connection)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._since = 0.0
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes, since: float) -> None:
        self._since = since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self._received = b""
            self._run.answered(self, int(head[9:12]), self._since)


def _length(head: bytes) -> int:
    at = head.lower().index(b"content-length:") + 15
    return int(head[at : head.find(b"\r", at) if b"\r" in head[at:] else None])


async def _generate(order: Order) -> Found:
    run = _Run(cycle([_request(order.port, *each) for each in order.requests]), order.per_second is None)
    loop = asyncio.get_running_loop()
    for _ in range(order.connections):
        _, connection = await loop.create_connection(lambda: _Connection(run), "127.0.0.1", order.port)
        run.idle.append(connection)
    began = perf_counter()
    if order.per_second is None:
        await _closed(run, order.seconds)
    else:
        await _open(run, order.seconds, order.per_second)
    took, run.over = perf_counter() - began, True
    statuses = {str(status): count for status, count in run.statuses.items()}
    p50, p99 = (percentile(run.good_s, share) * 1000 for share in (0.5, 0.99))
    return Found(took, statuses, p50, p99)


async def _closed(run: _Run, seconds: float) -> None:
    while run.idle:
        run.idle.popleft().send(next(run.requests), perf_counter())
    await asyncio.sleep(seconds)


async def _open(run: _Run, seconds: float, per_second: float) -> None:
    began, sent = perf_counter(), 0
    while (now := perf_counter() - began) < seconds:
        while sent < now * per_second:
            run.due.append(began + sent / per_second)
            sent += 1
        while run.idle and run.due:
            run.idle.popleft().send(next(run.requests), run.due.popleft())
        await asyncio.sleep(0.001)


def _request(port: int, path: str, token: str, *sent: str) -> bytes:
    body, address, more = (*sent, "", "", "")[:3]
    lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", f"X-Forwarded-For: {address}"]
    lines += more.splitlines()
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_generate(Order(**json.load(sys.stdin)))))))
