"""The platform as a process: a real tus client, broken lines, and kill -9."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tusclient.client import TusClient

from .server import Server
from .tus import BYTES, TUS, metadata

MIB = 1024 * 1024


def wait_until(true: Callable[[], Any], timeout_s: float = 30) -> Any:
    until = time.monotonic() + timeout_s
    while not (answer := true()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
    return answer


def ready(client: httpx.Client, id: str) -> dict[str, Any]:
    def shown() -> dict[str, Any] | None:
        file = client.get(f"/api/core/files/{id}").json()
        return file if file["state"] not in ("receiving", "checking") else None

    return wait_until(shown)


def whole_blobs(server: Server) -> list[str]:
    """Without what a killed process had only begun to write: the sweep takes that a day later."""
    return [blob for blob in server.blobs() if "#" not in blob]


def uploader(server: Server, path: Path, **more: Any) -> Any:
    client = TusClient(f"{server.url}/api/core/uploads", headers=server.headers)
    return client.uploader(str(path), chunk_size=3 * MIB, metadata={"filename": path.name}, **more)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "die erste träume.wav"
    path.write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + os.urandom(11 * MIB))
    return path


def begin(server: Server, size: int) -> str:
    headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata("song.bin")}
    with server.client() as client:
        return client.post("/api/core/uploads", headers=headers).headers["Location"]


def half_a_request(server: Server, url: str, at: int, data: bytes, promised: int) -> socket.socket:
    """A PATCH that promises more bytes than it sends, on a connection that is still open."""
    address = urlsplit(server.url)
    line = socket.create_connection((address.hostname, address.port))
    head = {"Host": address.netloc, "Content-Length": str(promised), "Upload-Offset": str(at)}
    head |= server.headers | TUS | BYTES
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    line.sendall(f"PATCH {url} HTTP/1.1\r\n{lines}\r\n".encode() + data)
    return line


def stands_at(client: httpx.Client, url: str) -> int:
    return int(client.head(url, headers=TUS).headers["Upload-Offset"])


@pytest.mark.parametrize("checksum", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_real_tus_client_stops_and_goes_on(server, recording, checksum):
    first = uploader(server, recording, upload_checksum=checksum)
    first.upload(stop_at=5 * MIB)
    later = uploader(server, recording, url=first.url, upload_checksum=checksum)
    assert 5 * MIB <= later.offset < recording.stat().st_size
    later.upload()
    with server.client() as client:
        file = ready(client, first.url.rsplit("/", 1)[1])
        assert (file["state"], file["name"], file["media_type"]) == ("ready", recording.name, "audio/wav")
        assert file["sha256"] == sha256(recording.read_bytes()).hexdigest()
        assert client.get(f"/api/core/files/{file['id']}/content").content == recording.read_bytes()


def test_what_arrived_before_the_line_broke_is_kept(server):
    data = os.urandom(6 * MIB)
    url = begin(server, len(data))
    half_a_request(server, url, 0, data[: 5 * MIB], len(data)).close()
    with server.client() as client:
        at = wait_until(lambda: stands_at(client, url) == 5 * MIB and 5 * MIB)
        headers = TUS | BYTES | {"Upload-Offset": str(at)}
        assert client.patch(url, headers=headers, content=data[at:]).status_code == 204
        id = url.rsplit("/", 1)[1]
        assert ready(client, id)["sha256"] == sha256(data).hexdigest()


@pytest.mark.slow
def test_a_server_killed_during_an_upload_goes_on_from_what_is_durable(server):
    data = os.urandom(14 * MIB)
    url = begin(server, len(data))
    with server.client() as client:
        line = half_a_request(server, url, 0, data[: 10 * MIB], len(data))
        wait_until(lambda: stands_at(client, url) >= 4 * MIB)
    server.kill()
    line.close()
    server.start()
    with server.client() as client:
        at = stands_at(client, url)
        assert 4 * MIB <= at <= 10 * MIB
        assert client.get(url.replace("uploads", "files")).json()["state"] == "receiving"
        headers = TUS | BYTES | {"Upload-Offset": str(at)}
        assert client.patch(url, headers=headers, content=data[at:]).status_code == 204
        id = url.rsplit("/", 1)[1]
        assert ready(client, id)["sha256"] == sha256(data).hexdigest()
        wait_until(lambda: whole_blobs(server) == [f"files/{server.account}/{id}"])


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.15, 0.4])
def test_a_server_killed_during_the_check_ends_with_the_whole_file(server, delay_s):
    """Wherever it dies, the file is not visible before it is whole, and then it is whole."""
    data = os.urandom(24 * MIB)
    url = begin(server, len(data))
    with server.client() as client:
        client.patch(url, headers=TUS | BYTES | {"Upload-Offset": "0"}, content=data)
    time.sleep(delay_s)
    server.kill()
    server.start()
    with server.client() as client:
        file = ready(client, url.rsplit("/", 1)[1])
        assert (file["state"], file["sha256"]) == ("ready", sha256(data).hexdigest())
        assert client.get(f"/api/core/files/{file['id']}/content").content == data
        final = f"files/{server.account}/{file['id']}"
        wait_until(lambda: whole_blobs(server) == [final])
