"""The floor of the webhook inbox: a bare Litestar POST that stores the body as one row, on the raw driver, durably."""

from __future__ import annotations

import os
from typing import Any

import aiosqlite
from litestar import Litestar, Request, post
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url

CREATE = "CREATE TABLE IF NOT EXISTS bench_webhook (id {0} PRIMARY KEY, body {1} NOT NULL)"
INSERT = "INSERT INTO bench_webhook (id, body) VALUES ({0}, {0}) ON CONFLICT DO NOTHING"


def serve() -> Litestar:
    url = os.environ["BENCH_DATABASE"]
    return _on_sqlite(str(make_url(url).database)) if url.startswith("sqlite") else _on_postgres(url)


def _on_sqlite(path: str) -> Litestar:
    opened: list[aiosqlite.Connection] = []

    @post("/", status_code=200)
    async def take(request: Request[Any, Any, Any]) -> None:
        await opened[0].execute(INSERT.format("?"), (request.headers["webhook-id"], await request.body()))
        await opened[0].commit()

    async def connect() -> None:
        opened.append(await aiosqlite.connect(path))
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            await opened[0].execute(f"PRAGMA {pragma}")
        await opened[0].execute(CREATE.format("TEXT", "BLOB"))
        await opened[0].commit()

    async def close() -> None:
        await opened[0].close()

    return Litestar([take], on_startup=[connect], on_shutdown=[close], openapi_config=None, logging_config=None)


def _on_postgres(url: str) -> Litestar:
    opened: list[Any] = []

    @post("/", status_code=200)
    async def take(request: Request[Any, Any, Any]) -> None:
        async with opened[0].connection() as connection:
            await connection.execute(INSERT.format("%s"), (request.headers["webhook-id"], await request.body()))

    async def connect() -> None:
        opened.append(AsyncConnectionPool(url, min_size=4, max_size=4, kwargs={"autocommit": True}, open=False))
        await opened[0].open()
        async with opened[0].connection() as connection:
            await connection.execute(CREATE.format("TEXT", "BYTEA"))

    async def close() -> None:
        await opened[0].close()

    return Litestar([take], on_startup=[connect], on_shutdown=[close], openapi_config=None, logging_config=None)
