"""Clients that send slowly, or nothing, cost the others nothing (over real sockets)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
import uvicorn

from maxbooster.cli.serve import _uvicorn_options
from maxbooster.http import connection, traffic
from maxbooster.http.assembly import serving
from maxbooster.testing import make_person, open_browser
from maxbooster.testing.services import free_port

from .storage.tus import BYTES, TUS, UPLOADS, metadata

LOGIN = b"POST /api/core/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
STALLED = LOGIN + b"Content-Length: 1000\r\n\r\n{"
LONG = 40_000_000
HALF_SENT = b"GET /api/core/session HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "


@pytest.fixture
def app_settings():
    return {"mail": "memory:", "login_floor_ms": 1}


@pytest.fixture
def hurried(monkeypatch):
    """Deadlines of a test, not of people."""
    for module, name, value in (
        (connection, "HEADERS_S", 0.6), (connection, "LINGER_S", 0.6), (connection, "_LOOK_EVERY_S", 0.1),
        (connection, "UNREAD_S", 1.0), (traffic, "BODY_S", 0.6),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@pytest_asyncio.fixture
async def port(app) -> AsyncIterator[int]:
    """The app behind the server that `maxbooster up` runs, in this event loop."""
    port = free_port()
    options = _uvicorn_options(app) | {"host": "127.0.0.1", "port": port}
    server = uvicorn.Server(uvicorn.Config(serving(app), **options))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    await running


class Lines:
    """Open connections, which end with the test."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, data: bytes, times: int = 1) -> list[asyncio.StreamReader]:
        readers = []
        for _ in range(times):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(data)
            self.open.append((reader, writer))
            readers.append(reader)
        return readers

    def close(self) -> None:
        for _, writer in self.open:
            writer.close()


@pytest_asyncio.fixture
async def lines(port) -> AsyncIterator[Lines]:
    lines = Lines(port)
    yield lines
    lines.close()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What was read until the connection ended; a reset takes nothing back of it."""
    read = b""
    async with asyncio.timeout(8):
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                read += piece
    return read


@pytest_asyncio.fixture
async def nova(app, port) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is logged in, calling over a socket from the same address as everybody else."""
    person = await make_person(app)
    async with open_browser(app) as browser:
        await browser.log_in(person)
        cookies, headers = browser.cookies, browser.headers
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies=cookies, headers=headers) as client:
        yield client


async def test_who_is_logged_in_is_served_while_strangers_hang(app, lines, nova):
    await lines.send(STALLED, 130)
    await lines.send(HALF_SENT, 200)
    for _ in range(20):
        assert (await nova.get("/api/core/session")).status_code == 200
    assert (await nova.patch("/api/core/profile", json={"name": "Nova"})).status_code == 200
    assert (await nova.get("/health/ready")).status_code == 200
    assert app.traffic.in_flight == 0


@pytest.mark.usefixtures("hurried")
async def test_headers_that_do_not_come_end_the_connection(lines):
    for sent in (b"", b"G", HALF_SENT, b"\r\n"):
        await lines.send(sent)
    for answer in await asyncio.gather(*(ended(reader) for reader, _ in lines.open)):
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout"), answer


@pytest.mark.usefixtures("hurried")
async def test_a_body_that_does_not_come_is_answered_408(lines):
    [reader] = await lines.send(STALLED)
    answer = await ended(reader)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"urn:maxbooster:problem:too-slow" in answer


@pytest.mark.usefixtures("hurried")
async def test_a_body_that_drips_is_too_slow_however_steadily_it_comes(lines):
    [reader] = await lines.send(LOGIN + b"Content-Length: 1000\r\n\r\n")
    answer = asyncio.create_task(ended(reader))
    while not answer.done():
        lines.open[0][1].write(b" ")
        await asyncio.sleep(0.1)
    assert b"HTTP/1.1 408" in answer.result()


@pytest.mark.usefixtures("hurried")
async def test_what_is_left_of_a_body_is_not_waited_for(lines):
    """The answer is there (nobody is logged in); the client goes on sending all the same."""
    [reader] = await lines.send(b"POST /api/core/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n")
    answer = asyncio.create_task(ended(reader))
    while not answer.done():
        lines.open[0][1].write(b" ")
        await asyncio.sleep(0.05)
    assert b"HTTP/1.1 401" in answer.result()


@pytest.mark.usefixtures("hurried")
async def test_whoever_does_not_read_the_answer_is_dropped_and_held_no_place(app, account, lines):
    async with app.unit(account) as unit:
        link = unit.files.link(await unit.files.put("long.bin", bytes(LONG)), timedelta(minutes=5))
    [reader] = await lines.send(f"GET {link} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    await asyncio.sleep(1.5)
    assert app.traffic.in_flight == 0
    assert len(await ended(reader)) < LONG


async def test_endless_headers_are_refused(lines):
    [reader] = await lines.send(b"GET / HTTP/1.1\r\n" + b"X-More: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 2100)
    assert (await ended(reader)).startswith(b"HTTP/1.1 431")


async def test_one_address_keeps_few_unfinished_requests_and_the_newest_of_them(lines, monkeypatch):
    monkeypatch.setattr(connection, "WAITING_PER_ADDRESS", 5)
    readers = await lines.send(HALF_SENT, 8)
    for reader in readers[:3]:
        assert b"Too many unfinished requests" in await ended(reader)
    newest = lines.open[-1]
    newest[1].write(b"a\r\n\r\n")
    assert (await newest[0].read(12)) == b"HTTP/1.1 401"


async def test_one_address_keeps_the_server_waiting_for_few_bodies(lines, monkeypatch):
    monkeypatch.setattr(traffic, "WAITING_PER_ADDRESS", 5)
    readers = await lines.send(STALLED, 8)
    answers = await asyncio.gather(*(ended(reader) for reader in readers[:3]))
    assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers), answers


@pytest.mark.parametrize(
    ("app_settings", "kept"), [({}, 2), ({"trusted_proxies": "127.0.0.1"}, 6)], ids=["direct", "proxy"]
)
async def test_addresses_behind_a_trusted_proxy_are_told_apart(app_settings, app, lines, monkeypatch, kept):
    """Where no proxy is trusted it is one address, whatever it says of itself."""
    monkeypatch.setattr(traffic, "WAITING_PER_ADDRESS", 2)
    for number in range(6):
        await lines.send(STALLED.replace(b"\r\n\r\n", f"\r\nX-Forwarded-For: 203.0.113.{number}\r\n\r\n".encode()))
    async with asyncio.timeout(8):
        while app.traffic.waiting != kept:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert app.traffic.waiting == kept


@pytest.mark.usefixtures("hurried")
async def test_an_upload_that_stalls_keeps_what_arrived_and_a_slow_one_arrives(app, lines, nova):
    data = os.urandom(8000)
    announced = TUS | {"Upload-Length": str(len(data)), "Upload-Metadata": metadata("song.bin")}
    where = (await nova.post(UPLOADS, headers=announced)).headers["Location"]
    head = dict(nova.build_request("PATCH", where).headers) | TUS | BYTES
    head |= {"Upload-Offset": "0", "Content-Length": str(len(data))}
    written = "".join(f"{name}: {value}\r\n" for name, value in head.items() if name != "content-length")
    [reader] = await lines.send(f"PATCH {where} HTTP/1.1\r\n{written}\r\n".encode() + data[:3000])
    assert b"HTTP/1.1 204" in await ended(reader)
    assert (await nova.head(where, headers=TUS)).headers["Upload-Offset"] == "3000"

    async def slowly() -> AsyncIterator[bytes]:
        for start in range(3000, len(data), 500):
            yield data[start : start + 500]
            await asyncio.sleep(0.15)

    rest = {"Upload-Offset": "3000", "Content-Length": str(len(data) - 3000)}
    answer = await nova.patch(where, headers=TUS | BYTES | rest, content=slowly())
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(data)))


async def test_readiness_tells_when_there_is_no_place_left(app, lines, nova, monkeypatch):
    monkeypatch.setattr(app.traffic, "limit", 1)
    answer = await nova.get("/health/ready")
    assert answer.status_code == 503
    [told] = [check for check in answer.json()["checks"] if not check["ok"]]
    assert told["name"] == "requests"
    assert "MAXBOOSTER_IN_FLIGHT" in told["reason"]


async def test_bodies_that_stop_coming_keep_nobody_out(app, lines, nova):
    """Sent nearly whole and then left: the largest goes as soon as somebody else needs the room."""
    app.traffic.bodies_limit = 250_000
    start = LOGIN + b"Content-Length: 100001\r\n\r\n{" + b" " * 99_999
    readers = await lines.send(start, 2)
    async with asyncio.timeout(8):
        while app.traffic.bodies < 200_000:
            await asyncio.sleep(0.01)
    large = {"target": "https://example.com/tour", "title": " " * 60_000}
    refused = await nova.post("/api/core/links", json=large)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    done, _ = await asyncio.wait(
        [asyncio.create_task(ended(reader)) for reader in readers], timeout=8, return_when="FIRST_COMPLETED"
    )
    assert [answer.result()[:12] for answer in done] == [b"HTTP/1.1 408"]
    again = await nova.post("/api/core/links", json=large)
    assert again.status_code == 422, again.text
