from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from maxbooster.testing.services import free_port, wait_for_port

from .server import TOKEN

PROGRAM = Path(__file__).with_name("server.py")


class Vault:
    """The process, which can be stopped and started again with the same keys."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.keys = folder / "vault-keys.json"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, PROGRAM, str(self.port), self.keys])
        wait_for_port(self.port, timeout_s=20)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, path: str, **body: Any) -> None:
        headers = {"x-vault-token": TOKEN}
        httpx.post(f"{self.address}/v1/{path}", json=body, headers=headers).raise_for_status()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    process = Vault(tmp_path)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def by_vault(vault: Vault) -> dict[str, Any]:
    """Settings by which an App's keys are wrapped by it."""
    return {"key_service": "vault", "vault__address": vault.address, "vault__token": TOKEN}
