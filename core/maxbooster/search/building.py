"""The index is built from the rows, by batches and while the platform runs: for rows that were there before their
declaration, and when a declaration has changed. `SearchBuilt` says for which searchables that is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection, Select, delete, insert, select, text, union
from sqlalchemy.exc import DBAPIError

from ..context import Context
from ..db.session import UnitSession
from ..jobs.job import LONG_QUEUE, job
from ..jobs.models import UNFINISHED, JobRow
from ..observe.logs import log
from .indexing import delete_entries, write_entries
from .models import SearchBuilt, SearchEntry
from .searchable import Searchable

if TYPE_CHECKING:
    from ..app import App

BATCH = 100
"""Rows of one transaction: nobody waits for long behind it."""


@job("core.build_search", queue=LONG_QUEUE, attempts=10, timeout_s=4 * 3600.0)
async def build_search(ctx: Context) -> None:
    """Build what is not built yet. One that fails holds up no other, and is tried again."""
    failed: list[Exception] = []
    for searchable in await unbuilt(ctx.app):
        try:
            async for account, done, of in build(ctx.app, searchable):
                await ctx.progress(done / of, f"{searchable.name}: {account}")
        except DBAPIError as error:
            failed.append(error)
    if failed:
        raise failed[0]


async def start_building(app: App) -> None:
    """Mark what has no rows as built, and queue a job for the rest. What is off now is built again when it is on: rows
    that went in the meantime took no entries with them."""
    enabled = list(app.search.searchables)
    off = SearchBuilt.searchable.not_in(enabled)
    if await app.database.read(lambda connection: connection.scalar(select(SearchBuilt.searchable).where(off))):
        await app.database.transact(lambda connection: connection.execute(delete(SearchBuilt).where(off)))
    waiting = await unbuilt(app)
    left = False
    for searchable in waiting:
        try:
            if await app.database.read(partial(_has_rows, searchable=searchable)):
                left = True
            else:
                await app.database.transact(partial(_mark, searchable=searchable, at=app.clock()))
        except DBAPIError as error:
            log.warning("search.unreadable", searchable=searchable.name, reason=str(error.orig))
    if left and not await app.database.read(_is_queued):
        async with app.unit() as ctx:
            ctx.enqueue(build_search, key="index")


async def unbuilt(app: App) -> list[Searchable]:
    """Those whose entries are not complete, or were made by another declaration."""
    statement = select(SearchBuilt.searchable, SearchBuilt.declared)
    built = await app.database.read(lambda connection: dict(connection.execute(statement).all()))
    return [each for each in app.search.searchables.values() if built.get(each.name) != each.declared]


async def build(app: App, searchable: Searchable) -> AsyncIterator[tuple[UUID, int, int]]:
    """Yields each account with its number and of how many, when its entries are complete."""
    accounts = await app.database.read(lambda connection: accounts_of(connection, searchable))
    for number, account in enumerate(accounts, start=1):
        after = None
        while True:
            next_batch = partial(_build_some, account=account, searchable=searchable, after=after)
            after = await app.database.transact(next_batch)
            if after is None:
                break
        yield account, number, len(accounts)
    await app.database.transact(partial(_mark, searchable=searchable, at=app.clock()))


def _build_some(connection: Connection, account: UUID, searchable: Searchable, after: UUID | None) -> UUID | None:
    """The next batch; returns its last id, None at the end. Entries without a row go. Rows are locked meanwhile (where
    the database locks rows), so that nobody changes what is being said of them."""
    session = UnitSession(connection, account)
    ids = session.scalars(next_ids(select(searchable.model.id), after).with_for_update(read=True)).all()
    last = ids[-1] if len(ids) == BATCH else None
    indexed = select(SearchEntry.id).where(SearchEntry.account_id == account, SearchEntry.searchable == searchable.name)
    indexed = indexed.where(SearchEntry.id > after) if after is not None else indexed
    indexed = indexed.where(SearchEntry.id <= last) if last is not None else indexed
    delete_entries(connection, account, connection.scalars(indexed).all())
    write_entries(connection, account, searchable, ids)
    return last


def accounts_of(connection: Connection, searchable: Searchable) -> Sequence[UUID]:
    """Those with rows, or with entries that were rows."""
    owners = select(searchable.model.account_id).distinct()
    entries = select(SearchEntry.account_id).where(SearchEntry.searchable == searchable.name).distinct()
    return connection.scalars(union(owners, entries).order_by("account_id")).all()


def _is_queued(connection: Connection) -> bool:
    mine = select(JobRow.id).where(JobRow.name == build_search.name, JobRow.state.in_(UNFINISHED))
    return connection.execute(mine.limit(1)).first() is not None


def _has_rows(connection: Connection, searchable: Searchable) -> bool:
    return bool(connection.execute(select(searchable.model.id).limit(1)).first())


def _mark(connection: Connection, searchable: Searchable, at: datetime) -> None:
    """PostgreSQL then looks at what there is, or it would take a large account for a small one and read all of it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE core_search_entry"))
    connection.execute(delete(SearchBuilt).where(SearchBuilt.searchable == searchable.name))
    built = {"searchable": searchable.name, "declared": searchable.declared, "built_at": at}
    connection.execute(insert(SearchBuilt), built)


def next_ids(ids: Select[UUID], after: UUID | None) -> Select[UUID]:
    """The next batch of ids."""
    [column] = ids.selected_columns
    return (ids.where(column > after) if after is not None else ids).order_by(column).limit(BATCH)
