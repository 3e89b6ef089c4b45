"""The platform in a process of its own, that can be killed and started again on the same data."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import httpx

from maxbooster.app import now
from maxbooster.auth.keys.service import create
from maxbooster.db import Database, new_id
from maxbooster.testing.processes import Process
from maxbooster.testing.services import free_port


class Server:
    def __init__(self, database_url: str, data: Path) -> None:
        self.database_url = database_url
        self.data = data
        self.account: UUID = new_id()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = asyncio.run(self._make_token())
        self.settings: dict[str, str] = {}
        self._process: Process | None = None

    async def _make_token(self) -> str:
        database = Database(self.database_url)
        try:
            return await database.write(lambda each: create(each, self.account, frozenset({"*"}), at=now()))
        finally:
            await database.close()

    def start(self) -> None:
        given = {"DATA": str(self.data), "DATABASE": self.database_url, "JOB_LEASE_S": "2"} | self.settings
        environment = {f"MAXBOOSTER_{name}": value for name, value in given.items()}
        self.data.mkdir(exist_ok=True)
        arguments = ["up", "--listen", f"127.0.0.1:{self.port}"]
        self._process = Process(arguments, environment, log=self.data / "up.log")
        self._process.start(port=self.port)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=30)

    def blobs(self) -> list[str]:
        """What lies in the store's folder, whole or half-written."""
        root = self.data / "files"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
