"""The platform that the demo looks at: a process of its own, in sandbox mode, in a folder of its own."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct

EMAIL = "demo@example.org"
ARTIST = "Harbour Street"
READY_WITHIN_S = 60.0


class DemoFailed(Exception):
    """What went wrong, in words."""


class Login(Struct, frozen=True):
    """Who the demo is. Kept in the folder, so that a second run goes on as the same artist."""

    email: str
    password: str


class Platform:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "platform.log"
        self._port = port
        self.base = f"http://127.0.0.1:{self._port}"

    @property
    def _environment(self) -> Mapping[str, str]:
        return os.environ | {
            "MAXBOOSTER_DATA": str(self.data),
            "MAXBOOSTER_LISTEN": f"127.0.0.1:{self._port}",
            "MAXBOOSTER_MAIL": (self.folder / "emails").as_uri(),
            "MAXBOOSTER_SANDBOX__ENABLED": "true",
        }

    def command(self, *arguments: str, given: str = "") -> str:
        """What `maxbooster …` prints.

        Raises:
            DemoFailed: it ended with an error.
        """
        ran = subprocess.run(
            [sys.executable, "-m", "maxbooster", *arguments],
            env=self._environment, input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.returncode:
            raise DemoFailed(f"`maxbooster {' '.join(arguments)}` failed: {ran.stderr.strip() or ran.stdout.strip()}")
        return ran.stdout.strip()

    def login(self) -> Login:
        """The demo's user, made at the first run."""
        kept = self.folder / "login.json"
        if kept.exists():
            return msgspec.json.decode(kept.read_bytes(), type=Login)
        login = Login(EMAIL, secrets.token_urlsafe(15))
        self.command(
            "user", "create", login.email, "--name", "Demo artist", "--account", ARTIST, "--password-stdin",
            given=f"{login.password}\n",
        )  # fmt: skip
        with open(os.open(kept, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(login))
        return login

    @contextmanager
    def running(self, listening: socket.socket) -> Iterator[None]:
        """`listening`: a socket at the platform's port, which it takes over.

        Raises:
            DemoFailed: it ended at once, or was not ready in time.
        """
        with self.log.open("ab") as log:
            taken = listening.fileno()
            process = subprocess.Popen(
                [sys.executable, "-m", "maxbooster", "up", "--listen", f"fd://{taken}"],
                env=self._environment, stdout=log, stderr=log, pass_fds=[taken],
            )  # fmt: skip
        try:
            self._await(process)
            yield
        finally:
            process.terminate()
            process.wait(60)

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until:
            if process.poll() is not None:
                raise DemoFailed(f"The platform ended at once: {self._last_words()} ({self.log} has the rest.)")
            try:
                if httpx.get(f"{self.base}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise DemoFailed(f"The platform was not ready within {READY_WITHIN_S:.0f} s; {self.log} says why.")

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return lines[-1].removeprefix("Error: ") if lines else "it said nothing."


def listening(wanted: int | None) -> socket.socket:
    """A socket at the wanted port; else at 8080 if nobody has it, else at any. The platform takes it over.

    Raises:
        DemoFailed: the wanted one is taken.
    """
    for port in (wanted,) if wanted else (8080, 0):
        asked = socket.socket()
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", port))
            asked.listen()
        except OSError:
            asked.close()
            continue
        return asked
    raise DemoFailed(f"Port {wanted} is taken; choose another with --port, or leave it out.")
