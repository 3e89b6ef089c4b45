"""Restarts while people use the platform: whoever holds the address lets requests wait, and none is lost."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from maxbooster.testing.pytest_plugin import KINDS, fresh_database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RESTARTS = 3
CLIENTS = 8


@pytest.fixture(params=KINDS)
def environment(request, tmp_path: Path) -> Iterator[dict[str, str]]:
    for url in fresh_database(request, tmp_path):
        yield os.environ | {"MAXBOOSTER_DATA": str(tmp_path / "data"), "MAXBOOSTER_DATABASE": url}


class Service:
    """As systemd runs it: the socket is held outside, and handed to each process in turn."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port = self.socket.getsockname()[1]
        self._environment, self._log = environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        fd = self.socket.fileno()
        command = [sys.executable, "-m", "maxbooster", "serve", "--listen", f"fd://{fd}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, pass_fds=[fd], stdout=log, stderr=log)

    def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(30) in (0, -signal.SIGTERM)


class Client(threading.Thread):
    """Asks as fast as it is answered. A kept connection that ends unanswered is opened anew, once (RFC 9110 §9.2.2)."""

    def __init__(self, port: int, key: str, *, keeps: bool) -> None:
        super().__init__()
        self._port, self._keeps = port, keeps
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.stopping = threading.Event()
        self.answered, self.made, self.longest_s, self.failures = 0, 0, 0.0, list[str]()

    def run(self) -> None:
        connection = self._connection()
        while not self.stopping.is_set():
            writes = not self._keeps and self.answered % 4 == 0
            began = time.monotonic()
            try:
                connection = self._ask(connection, writes=writes)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection = self._connection()
            self.longest_s = max(self.longest_s, time.monotonic() - began)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)

    def _ask(self, connection: http.client.HTTPConnection, *, writes: bool) -> http.client.HTTPConnection:
        if not self._keeps:
            connection = self._connection()
        try:
            status = self._status(connection, writes=writes)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not self._keeps:
                raise
            connection = self._connection()
            status = self._status(connection, writes=writes)
        if status == (201 if writes else 200):
            self.answered += 1
            self.made += writes
        else:
            self.failures.append(f"status {status}")
        if not self._keeps:
            connection.close()
        return connection

    def _status(self, connection: http.client.HTTPConnection, *, writes: bool) -> int:
        if writes:
            new = {"title": uuid4().hex, "venue": "Quay 9", "played_on": "2027-06-01", "songs": []}
            connection.request("POST", "/api/setlist/setlists", json.dumps(new), self._headers)
        else:
            connection.request("GET", "/api/core/account", headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def command(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "maxbooster", *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_restart_under_load_drops_no_request(environment, tmp_path):
    account = json.loads(command(environment, "account", "create", "Nova", "--json"))
    key = command(environment, "account", "token", account["id"]).split()[-1]
    service = Service(environment, tmp_path / "log")
    service.start()
    clients = [Client(service.port, key, keeps=bool(number % 2)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for _ in range(RESTARTS):
        answered = sum(client.answered for client in clients)
        while sum(client.answered for client in clients) < answered + 200:
            time.sleep(0.05)
        service.stop()
        service.start()
    answered = sum(client.answered for client in clients)
    while sum(client.answered for client in clients) < answered + 200:
        time.sleep(0.05)
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(60)
    service.stop()
    assert [failure for client in clients for failure in client.failures] == []
    made = sum(client.made for client in clients)
    assert made > 0
    print(f"longest wait {max(client.longest_s for client in clients):.1f} s, {made} rows")
    listed = json.loads(command(environment, "setlist", "list", account["id"], "--json"))
    assert len(listed) == made
