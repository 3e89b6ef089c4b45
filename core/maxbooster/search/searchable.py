"""What a plugin declares of rows that people find by words. Writing, building and checking the index follow from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from string import Formatter
from typing import Any, NamedTuple, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnClause, ColumnElement, Select, inspect
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import find_tables
from sqlalchemy.sql.visitors import iterate

from ..db.models import Owned
from ..errors import PluginError
from .words import RULES


class Searchable(Struct, frozen=True, kw_only=True, dict=True):
    """Rows that the search finds.

    `select` reads them: the model's `id`, and whatever else `title`, `text` and `path` name in braces. It may join
    other owned tables (their `account_id` too; none by an alias): a change in any of them changes what is found. Where
    it gives several rows for an id, their texts add up, and title and path are the last one's; rows that it leaves out
    aren't found.
    """

    name: str
    """`<family>.<object>`."""
    kind: str
    """In a word, as people call it: “Release”; the message `search.<kind>` translates it."""
    icon: str
    permission: str
    """Found only by those who hold it."""
    model: type[Any]
    select: Any
    title: str = "{title}"
    text: tuple[str, ...] = ()
    """What else it is found by, and what tells it from others of that title: a part with an empty value is left out."""
    path: str
    """Where it is in the web application."""

    def __post_init__(self) -> None:
        if fault := self._fault():
            raise PluginError(f"searchable {self.name!r}: {fault}")

    def _fault(self) -> str | None:
        columns = set(self.select.selected_columns.keys())
        named = {name for each in (self.title, *self.text, self.path) for name in names_in(each)}
        if missing := sorted((named | {"id"}) - columns):
            return f"its select has no {missing[0]!r}; it has {', '.join(sorted(columns))}"
        if not (isinstance(self.model, type) and issubclass(self.model, Owned)):
            return f"{self.model!r} is no mapped class of an account's rows"
        if self.table not in self.tables:
            return f"its select doesn't read {self.table.name}"
        return None

    @cached_property
    def table(self) -> CoreTable:
        return cast(CoreTable, inspect(self.model).local_table)

    @cached_property
    def tables(self) -> Mapping[CoreTable, frozenset[str]]:
        """What the select reads: table → columns."""
        tables = find_tables(self.select, include_joins=True, check_columns=True)
        read: dict[CoreTable, set[str]] = {_plain(each): set() for each in tables if isinstance(each, CoreTable)}
        for part in iterate(self.select):
            if isinstance(part, ColumnClause) and isinstance(part.table, CoreTable):
                read.setdefault(_plain(part.table), set()).add(part.key)
        return {table: frozenset(names) for table, names in read.items()}

    @cached_property
    def declared(self) -> str:
        """A hash of what the entries are made by; another one, and they are made again."""
        compiled = self.select.compile()
        said = (RULES, str(compiled), sorted(compiled.params.items()), self.title, self.text, self.path)
        return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()

    def concerned(self, condition: ColumnElement[bool]) -> Select[UUID]:
        """The ids of rows whose entries read what meets the condition."""
        reading: Select[UUID] = self.select.with_only_columns(self.model.id).where(condition)
        return reading.order_by(None).distinct()

    def entries(self, session: Session, ids: Sequence[UUID]) -> dict[UUID, Found]:
        """What is to be found of these rows, as they are now."""
        found: dict[UUID, Found] = {}
        for row in session.execute(self.select.where(self.model.id.in_(ids))).mappings():
            before = found[row["id"]].parts if row["id"] in found else ()
            parts = dict.fromkeys((*before, *_filled(self.text, row)))
            title = next(_filled((self.title,), row), "")
            found[row["id"]] = Found(title, tuple(parts), self.path.format_map(row))
        return found


class Found(NamedTuple):
    title: str
    parts: tuple[str, ...]
    path: str


def names_in(template: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _filled(templates: Iterable[str], row: Mapping[Any, Any]) -> Iterator[str]:
    for template in templates:
        if all(row[name] not in (None, "") for name in names_in(template)):
            yield _written(template.format_map(row))


def _written(text: str) -> str:
    """In one line."""
    return " ".join(text.split())


def _plain(table: Any) -> CoreTable:
    return cast(CoreTable, table._deannotate() if getattr(table, "_annotations", None) else table)
