"""The platform as the matrix meets it: `maxbooster up` in a process of its own, and an App on the same database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx

from maxbooster.app import App
from maxbooster.settings import read
from maxbooster.testing.processes import Process
from maxbooster.testing.services import free_port

AT_A_TIME = 16


@dataclass(frozen=True)
class Platform:
    """The running server behind `client`, and the App that knows what its routes declare."""

    app: App
    client: httpx.AsyncClient
    folder: Path

    async def description(self) -> dict[str, Any]:
        answer = await self.client.get("/schema/openapi.json")
        described: dict[str, Any] = answer.raise_for_status().json()
        return described


@asynccontextmanager
async def running(folder: Path, database_url: str, more: Mapping[str, str] | None = None) -> AsyncIterator[Platform]:
    """Start it on a fresh database; `more`: what the server alone has in its environment."""
    port = free_port()
    settings = {
        "APPROVED": "*",
        "DATA": str(folder / "data"),
        "DATABASE": database_url,
        "LISTEN": f"127.0.0.1:{port}",
        "LOG_LEVEL": "error",
        "LOGIN_FLOOR_MS": "1",
        "HASHING_WAITING": "1000",
        "MAIL": "memory:",
        "EXAMPLES": "true",
        "SECOND_FACTOR": "optional",
        "SANDBOX__ENABLED": "true",
        "BILLING_BANK_TRANSFER__IBAN": "DE02120300000000202051",
        "BILLING_BANK_TRANSFER__BIC": "BYLADEM1001",
        "BILLING_BANK_TRANSFER__NAME": "Quay Street Records",
    }
    environment = {f"MAXBOOSTER_{name}": value for name, value in settings.items()}
    app = App(read(environment))
    async with app.opened(upgrade=True):
        server = Process(["up"], environment | dict(more or {}), log=folder / "up.log")
        server.start(port=port)
        try:
            async with _client(f"http://127.0.0.1:{port}") as client:
                yield Platform(app, client, folder)
        finally:
            server.kill()


def _client(url: str) -> httpx.AsyncClient:
    """It keeps no cookies: every request brings its own credential."""
    forgetful = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=AT_A_TIME, max_keepalive_connections=AT_A_TIME)
    return httpx.AsyncClient(base_url=url, cookies=forgetful, limits=limits, timeout=60)
