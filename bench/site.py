"""A plugin to be measured: one owned table, one row over HTTP in two ways, and jobs with and without effects."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, String, Text, UniqueConstraint, bindparam, create_engine, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.app import App
from maxbooster.db.engine import checked
from maxbooster.http.assembly import Opening
from maxbooster.observe import logs
from maxbooster.plugin import (
    Context,
    Cursor,
    IncomingWebhook,
    Job,
    Limit,
    Manifest,
    NotFound,
    Owned,
    Page,
    Permission,
    Prepared,
    ProviderEvent,
    ReceivedWebhook,
    Routes,
    Struct,
    Table,
    WebhookSource,
    get,
    hookimpl,
    job,
    new_id,
    verify_standard,
)
from maxbooster.plugins import registry as plugins
from maxbooster.plugins.installed import GROUP
from maxbooster.settings import read

manifest = Manifest(
    name="bench",
    version="0",
    title="What the benchmarks measure",
    permissions=(Permission("bench.read", "Read notes"),),
)


class Note(Owned, Table):
    __tablename__ = "bench_note"

    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    plays: Mapped[int]
    at: Mapped[datetime]


class NoteOut(Struct):
    id: UUID
    title: str
    body: str
    plays: int
    at: datetime


class Title(Owned, Table):
    """A row of a long list."""

    __tablename__ = "bench_title"
    __table_args__ = (UniqueConstraint("account_id", "name", "id"),)

    name: Mapped[str] = mapped_column(String(200))


class TitleOut(Struct):
    id: UUID
    name: str


ONE = Prepared(
    select(Note.id, Note.title, Note.body, Note.plays, Note.at).where(
        Note.account_id == bindparam("account"), Note.id == bindparam("id")
    )
)


@get("/fast/{note_id:uuid}", operation_id="readNoteFast", permission="bench.read")
async def read_fast(ctx: Context, note_id: UUID) -> NoteOut:
    rows = await ctx.app.database.fetch(ONE, account=ctx.account, id=note_id)
    if not rows:
        raise NotFound(f"There is no note {note_id}.")
    return NoteOut(*rows[0])


@get("/mapped/{note_id:uuid}", operation_id="readNoteMapped", permission="bench.read")
async def read_mapped(ctx: Context, note_id: UUID) -> NoteOut:
    note = await ctx.get(Note, note_id)
    return NoteOut(note.id, note.title, note.body, note.plays, note.at)


@get("/open", operation_id="readOpen", public=True)
async def read_open(ctx: Context) -> NoteOut:
    return STATIC


@get("/known", operation_id="readKnown", permission="bench.read")
async def read_known(ctx: Context) -> NoteOut:
    return STATIC


@get("/selected/{note_id:uuid}", operation_id="readNoteSelected", permission="bench.read")
async def read_selected(ctx: Context, note_id: UUID) -> NoteOut:
    note = await ctx.first(select(Note).where(Note.id == note_id))
    if note is None:
        raise NotFound(f"There is no note {note_id}.")
    return NoteOut(note.id, note.title, note.body, note.plays, note.at)


@get("/titles", operation_id="listTitles", permission="bench.read")
async def list_titles(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[TitleOut]:
    rows, next = await ctx.page(select(Title), Title.id.desc(), cursor=cursor, limit=limit)
    return Page([TitleOut(row.id, row.name) for row in rows], next)


@get("/titles/by-name", operation_id="listTitlesByName", permission="bench.read")
async def list_by_name(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[TitleOut]:
    rows, next = await ctx.page(select(Title), Title.name, Title.id, cursor=cursor, limit=limit)
    return Page([TitleOut(row.id, row.name) for row in rows], next)


STATIC = NoteOut(UUID(int=1), "A note", "some words " * 12, 0, datetime(2026, 1, 1, tzinfo=UTC))


def new_note(account: UUID, at: datetime) -> dict[str, Any]:
    return {"account_id": account, "id": new_id(), "title": "A note", "body": "some words " * 12, "plays": 0, "at": at}


_INSERT = insert(Note)


def add_note(connection: Connection, note: dict[str, Any]) -> None:
    connection.execute(_INSERT, note)


STARTED: list[int] = []
"""When each job began, in ns of the machine's monotonic clock."""


@job("bench.nothing")
async def nothing(ctx: Context, number: int) -> None:
    STARTED.append(monotonic_ns())


@job("bench.adds")
async def adds(ctx: Context, number: int) -> None:
    STARTED.append(monotonic_ns())
    ctx.add(Note(title="A note", body="some words " * 12, plays=number, at=ctx.now))


@job("bench.writes")
async def writes(ctx: Context, number: int) -> None:
    STARTED.append(monotonic_ns())
    await ctx.write(add_note, new_note(ctx.account, ctx.now))


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def read_webhook(ctx: Context, webhook: IncomingWebhook) -> ProviderEvent:
    id = verify_standard(webhook, [SECRET])
    return ProviderEvent(id, str(json.loads(webhook.body)["type"]), UUID(int=1))


async def handle_webhook(ctx: Context, webhook: ReceivedWebhook) -> None:
    ctx.add(Note(title=webhook.event_id, body="", plays=1, at=ctx.now))


@hookimpl
def webhook_source() -> WebhookSource:
    return WebhookSource(read_webhook, handle_webhook)


@hookimpl
def register_tables() -> Sequence[type]:
    return [Note, Title]


@hookimpl
def register_routes() -> Sequence[Routes]:
    return [Routes("/", [read_fast, read_mapped, read_selected, read_open, read_known, list_titles, list_by_name])]


@hookimpl
def register_jobs() -> Sequence[Job]:
    return [nothing, adds, writes]


def site(data: Path, database: str, **settings: Any) -> App:
    """An App with this plugin beside the installed ones. No migration makes its tables, and without them it would be
    off."""
    engine = create_engine(checked(database))
    make_tables(engine)
    engine.dispose()
    given = {"data": data, "database": database} | settings
    here = EntryPoint("bench", "bench.site", GROUP)
    registry = plugins.load(entries=[*entry_points(group=GROUP), here])
    return App(read({f"MAXBOOSTER_{name.upper()}": str(value) for name, value in given.items()}), registry=registry)


def make_tables(engine: Engine) -> None:
    Table.metadata.create_all(engine, [Table.metadata.tables[kind.__tablename__] for kind in (Note, Title)])


def serve() -> Any:
    """For uvicorn: the whole HTTP stack."""
    logs.configure(level="warning")
    return Opening(site(Path(os.environ["BENCH_DATA"]), os.environ["BENCH_DATABASE"], api_requests_per_s=1_000_000))
