"""The floor: a bare Litestar route that reads one row on the raw driver, without authentication."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiosqlite
from litestar import Litestar, get
from msgspec import Struct
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url

_SELECT = "SELECT id, title, body, plays, at FROM bench_note WHERE account_id = {0} AND id = {0}"


class NoteOut(Struct):
    id: UUID
    title: str
    body: str
    plays: int
    at: datetime


def serve() -> Litestar:
    url = os.environ["BENCH_DATABASE"]
    return _on_sqlite(str(make_url(url).database)) if url.startswith("sqlite") else _on_postgres(url)


def _on_sqlite(path: str) -> Litestar:
    opened: list[aiosqlite.Connection] = []
    select = _SELECT.format("?")

    @get("/{account:uuid}/{note_id:uuid}")
    async def read(account: UUID, note_id: UUID) -> NoteOut:
        async with opened[0].execute(select, (account.bytes, note_id.bytes)) as cursor:
            id, title, body, plays, at = await cursor.fetchone()  # type: ignore[misc]
        return NoteOut(UUID(bytes=id), title, body, plays, datetime.fromtimestamp(at / 1e6, UTC))

    async def connect() -> None:
        opened.append(await aiosqlite.connect(path))

    async def close() -> None:
        await opened[0].close()

    return Litestar([read], on_startup=[connect], on_shutdown=[close], openapi_config=None, logging_config=None)


def _on_postgres(url: str) -> Litestar:
    opened: list[Any] = []
    select = _SELECT.format("%s")

    @get("/{account:uuid}/{note_id:uuid}")
    async def read(account: UUID, note_id: UUID) -> NoteOut:
        async with opened[0].connection() as connection:
            cursor = await connection.execute(select, (account, note_id))
            return NoteOut(*await cursor.fetchone())

    async def connect() -> None:
        opened.append(AsyncConnectionPool(url, min_size=4, max_size=4, kwargs={"autocommit": True}, open=False))
        await opened[0].open()

    async def close() -> None:
        await opened[0].close()

    return Litestar([read], on_startup=[connect], on_shutdown=[close], openapi_config=None, logging_config=None)
