"""Whether the index says what the rows say: asked by `maxbooster doctor` of the newest, by `maxbooster search check` of
all, and answered by the same look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Select, select

from ..db.session import UnitSession
from .building import BATCH, accounts_of, next_ids, unbuilt
from .indexing import entries_of
from .models import SearchEntry
from .searchable import Searchable

if TYPE_CHECKING:
    from ..app import App


class Wrong(Struct, frozen=True):
    """A row whose entry isn't what its declaration says now, or an entry without a row."""

    searchable: str
    account: UUID
    id: UUID


class Comparison(Struct, frozen=True):
    unbuilt: list[str]
    """These are still being indexed, or were indexed by another version's declaration: they are not compared."""
    wrong: list[Wrong]


async def compare_index(app: App, searchables: Iterable[Searchable], *, newest: int | None = None) -> Comparison:
    """`newest`: look at so many of each alone."""
    waiting = {each.name for each in await unbuilt(app)}
    chosen = list(searchables)
    wrong: list[Wrong] = []
    for each in chosen:
        if each.name not in waiting:
            wrong += [Wrong(each.name, account, id) async for account, id in differing(app, each, newest=newest)]
    return Comparison([each.name for each in chosen if each.name in waiting], wrong)


async def differing(app: App, searchable: Searchable, *, newest: int | None = None) -> AsyncIterator[tuple[UUID, UUID]]:
    """Account and id of what is wrong. Rows change meanwhile, and with them their entries: what seems to differ is
    looked at once more."""
    looks = _batches(app, searchable) if newest is None else _newest_batches(app, searchable, newest)
    async for account, ids in looks:
        look = partial(_wrong, account=account, searchable=searchable)
        if seeming := await app.database.read(partial(look, ids=ids)):
            for id in await app.database.read(partial(look, ids=seeming)):
                yield account, id


async def _batches(app: App, searchable: Searchable) -> AsyncIterator[tuple[UUID, Sequence[UUID]]]:
    for account in await app.database.read(lambda connection: accounts_of(connection, searchable)):
        after: UUID | None = None
        while True:
            ids = await app.database.read(partial(_following, account=account, searchable=searchable, after=after))
            yield account, ids
            if len(ids) < BATCH:
                break
            after = ids[-1]


async def _newest_batches(app: App, searchable: Searchable, most: int) -> AsyncIterator[tuple[UUID, Sequence[UUID]]]:
    found = await app.database.read(partial(_newest, searchable=searchable, most=most))
    for account, ids in found.items():
        yield account, sorted(ids)


def _newest(connection: Connection, searchable: Searchable, most: int) -> dict[UUID, set[UUID]]:
    """Of the rows and of the entries, of all accounts."""
    model, by_account = searchable.model, dict[UUID, set[UUID]]()
    rows = select(model.account_id, model.id).order_by(model.id.desc()).limit(most)
    entries = select(SearchEntry.account_id, SearchEntry.id).where(SearchEntry.searchable == searchable.name)
    for query in (rows, entries.order_by(SearchEntry.id.desc()).limit(most)):
        for account, id in connection.execute(query):
            by_account.setdefault(account, set()).add(id)
    return by_account


def _following(connection: Connection, account: UUID, searchable: Searchable, after: UUID | None) -> list[UUID]:
    """The next rows and entries."""
    session = UnitSession(connection, account)
    rows: Select[UUID] = select(searchable.model.id)
    entries = select(SearchEntry.id).where(SearchEntry.searchable == searchable.name)
    return sorted({id for each in (rows, entries) for id in session.scalars(next_ids(each, after))})[:BATCH]


def _wrong(connection: Connection, account: UUID, searchable: Searchable, ids: Sequence[UUID]) -> list[UUID]:
    session = UnitSession(connection, account)
    said, should = entries_of(session, searchable, ids), searchable.entries(session, ids)
    return [id for id in ids if said.get(id) != should.get(id)]
