"""The index is kept by the commit: what changed says which entries are concerned, their declarations what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from sqlalchemy import Column, Connection, bindparam, func, inspect, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..db.models import Owned, Table
from ..db.session import UnitSession
from ..db.writer import Step
from ..privacy import PersonalData, table_of
from .models import SearchEntry
from .scopes import scoped
from .searchable import Found, Searchable

T = TypeVar("T")
AT_ONCE = 500
AFTER_ROWS = 2.0
"""The step's rank: rows are there by then."""


class Change(NamedTuple):
    """A row that was added, changed or deleted."""

    account: UUID
    table: CoreTable
    id: UUID


Readers = Mapping[CoreTable, Sequence[tuple[Searchable, Column[Any]]]]
"""Table → whose entries read it, and the column in which they hold its id."""


class SearchIndex:
    """What the enabled plugins let people find."""

    def __init__(self, searchables: Sequence[Searchable] = ()) -> None:
        self.searchables = {each.name: each for each in searchables}
        self.step = Step(AFTER_ROWS, self._write)
        self._readers: Readers = _by_table(
            (table, each, table.c.id) for each in searchables for table in each.tables if "id" in table.c
        )
        self._parents: Readers = _by_table(
            (parent, each, column) for each in searchables for table in each.tables for parent, column in _owners(table)
        )
        self._columns: dict[CoreTable, set[str]] = defaultdict(set)
        for each in searchables:
            for table, columns in each.tables.items():
                self._columns[table] |= columns

    def added(self, rows: Iterable[Table]) -> list[Change]:
        return [_change(row) for row in rows if isinstance(row, Owned) and _table_of(row) in self._readers]

    def before(self, connection: Connection, dirty: Iterable[Table], deleted: Iterable[Table]) -> list[Change]:
        """What a flush is going to change: the rows themselves, and those whose entries read them until now."""
        changed = [_change(row) for row in dirty if isinstance(row, Owned) and self._is_read(row)]
        gone = [_change(row) for row in deleted if isinstance(row, Owned)]
        return [*changed, *self._concerned(connection, changed), *self._concerned(connection, gone, gone=True)]

    def about_person(self, connection: Connection, declared: Iterable[PersonalData], user: UUID) -> list[Change]:
        """The same of what erasing a person is going to change, for `step` to run afterwards."""
        found: list[Change] = []
        for each in declared:
            table = table_of(each.table)
            if each.by is not None and table in self._columns:
                rows = select(table.c.account_id, table.c.id).where(table.c[each.by] == user)
                found += [Change(account, table, id) for account, id in connection.execute(rows)]
        return [*found, *self._concerned(connection, found, gone=True)]

    def _concerned(self, connection: Connection, changes: Sequence[Change], *, gone: bool = False) -> Iterator[Change]:
        yield from _concerned(connection, changes, self._readers)
        if gone:
            yield from _concerned(connection, changes, self._parents)

    def _is_read(self, row: Table) -> bool:
        """Whether something changed that an entry tells."""
        columns = self._columns.get(_table_of(row), ())
        mapper, state = inspect(type(row)), inspect(row)
        keys = (mapper.get_property_by_column(_table_of(row).c[each]).key for each in columns)
        return any(state.attrs[key].history.has_changes() for key in keys)

    def _write(self, connection: Connection, changes: list[Change]) -> None:
        for account, searchable, ids in _grouped(_concerned(connection, changes, self._readers), self.searchables):
            for some in batches(sorted(ids), AT_ONCE):
                write_entries(connection, account, searchable, some)


def write_entries(connection: Connection, account: UUID, searchable: Searchable, ids: Sequence[UUID]) -> None:
    """Say anew what is found of these rows, which may be gone. Entries are locked before rows are read, so that of two
    that write the same entry the second sees what the first has changed."""
    session = UnitSession(connection, account)
    before = entries_of(session, searchable, ids, lock=True)
    found = searchable.entries(session, ids)
    if gone := before.keys() - found.keys():
        delete_entries(connection, account, sorted(gone))
    if changed := {id: each for id, each in found.items() if before.get(id) != each}:
        rows = [_row(account, searchable, id, each) for id, each in sorted(changed.items())]
        connection.execute(_UPSERT[connection.dialect.name], rows)


def delete_entries(connection: Connection, account: UUID, ids: Sequence[UUID]) -> None:
    connection.execute(_entry.delete().where(_entry.c.account_id == account, _entry.c.id.in_(ids)))


def entries_of(
    session: Session, searchable: Searchable, ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, Found]:
    """What the index says of these rows."""
    entry = SearchEntry
    rows = select(entry.id, entry.searchable, entry.title, entry.text, entry.path).where(entry.id.in_(ids))
    rows = rows.order_by(entry.id).with_for_update() if lock else rows
    return {
        row.id: Found(row.title, tuple(row.text.splitlines()), row.path)
        for row in session.execute(rows)
        if row.searchable == searchable.name
    }


_entry = cast(CoreTable, SearchEntry.__table__)
_PLACES = 1 << 15
"""Of one millisecond, the time in an id: whatever order rows are indexed in, newer ones come later."""


def _row(account: UUID, searchable: Searchable, id: UUID, found: Found) -> dict[str, Any]:
    return {
        "account_id": account,
        "id": id,
        "searchable": searchable.name,
        "title": found.title,
        "text": "\n".join(found.parts),
        "path": found.path,
        "words": " ".join(scoped(account, searchable.name, found.title, found.parts)),
        "first_place": (id.int >> 80) * _PLACES,
    }


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(_entry)
    kept = {name: statement.excluded[name] for name in ("searchable", "title", "text", "path", "words")}
    return statement.on_conflict_do_update(index_elements=["account_id", "id"], set_=kept)


_first = bindparam("first_place", type_=_entry.c.place.type)
_last = select(func.max(_entry.c.place)).where(_entry.c.place.between(_first, _first + (_PLACES - 1)))
_UPSERT = {
    "sqlite": _upsert(sqlite).values(place=func.coalesce(_last.scalar_subquery() + 1, _first)),
    "postgresql": _upsert(postgresql),
}


def _by_table(found: Iterable[tuple[CoreTable, Searchable, Column[Any]]]) -> Readers:
    readers: dict[CoreTable, list[tuple[Searchable, Column[Any]]]] = defaultdict(list)
    for table, searchable, column in found:
        readers[table].append((searchable, column))
    return dict(readers)


def _owners(table: CoreTable) -> Iterator[tuple[CoreTable, Column[Any]]]:
    """Tables with whose rows this table's go, and the column that says with which."""
    for key in table.foreign_key_constraints:
        if (key.ondelete or "").upper() == "CASCADE":
            yield from ((each.column.table, each.parent) for each in key.elements if each.column.name == "id")


def _concerned(connection: Connection, changes: Iterable[Change], readers: Readers) -> Iterator[Change]:
    """The rows whose entries hold one of the changed ids."""
    by_table: dict[tuple[UUID, CoreTable], set[UUID]] = defaultdict(set)
    for account, table, id in changes:
        by_table[account, table].add(id)
    for (account, table), ids in by_table.items():
        for searchable, column in readers.get(table, ()):
            if column is searchable.table.c.id:
                yield from (Change(account, searchable.table, id) for id in ids)
                continue
            session = UnitSession(connection, account)
            for some in batches(sorted(ids), AT_ONCE):
                found = session.scalars(searchable.concerned(column.in_(some)))
                yield from (Change(account, searchable.table, id) for id in found)


def _grouped(
    changes: Iterable[Change], searchables: Mapping[str, Searchable]
) -> Iterator[tuple[UUID, Searchable, set[UUID]]]:
    """In the same order everywhere, so that no two writers wait for each other."""
    by_table: dict[tuple[UUID, CoreTable], set[UUID]] = defaultdict(set)
    for account, table, id in changes:
        by_table[account, table].add(id)
    for searchable in sorted(searchables.values(), key=lambda each: each.name):
        for (account, table), ids in by_table.items():
            if table is searchable.table:
                yield account, searchable, ids


def _change(row: Any) -> Change:
    return Change(row.account_id, _table_of(row), row.id)


def _table_of(row: Any) -> CoreTable:
    return cast(CoreTable, inspect(type(row)).local_table)


def batches(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    left = iter(items)
    while some := list(islice(left, most)):
        yield some
