"""Lists by the page: one kind of cursor, and a limit on each.

A page goes on behind the last row of the one before (keyset paging), so a row that comes or goes meanwhile neither
repeats nor hides another; with an index on what the list is sorted by, the thousandth page takes as long as the first.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID
from zlib import crc32

import msgspec
from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    PrimaryKeyConstraint,
    Result,
    Select,
    SQLColumnExpression,
    TextClause,
    UniqueConstraint,
    and_,
    literal,
    or_,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

from .errors import Invalid, UsageError
from .http import bounds

if TYPE_CHECKING:
    from .context import Context

T = TypeVar("T")
MOST = 500
"""Rows of a page."""
LONGEST_CURSOR = 4_000
"""Characters: a title of 200 takes up to 1,100 of them."""


_KINDS = (UUID, str, int, datetime, date)
_SORTED_BY = "ids, texts, whole numbers, times and days sort alike everywhere; a function says its type by type_=…"


class Page(Struct, Generic[T], frozen=True):
    """A part of a list."""

    items: list[T]
    next: str | None = None
    """Give it as `cursor` for the following page; null on the last."""


class PageOfRows(NamedTuple, Generic[T]):
    """The rows of a page, and the cursor of the next."""

    rows: Sequence[T]
    next: str | None


async def every_page(ctx: Context, read: Callable[[Context, str | None, int], Awaitable[PageOfRows[T]]]) -> list[T]:
    """All rows of a list, for a command that prints them."""
    rows, cursor = list[T](), None
    while True:
        found, cursor = await read(ctx, cursor, MOST)
        rows += found
        if cursor is None:
            return rows


class Order:
    """What a list is sorted by: columns or expressions that are never null, `.desc()` or not; together they tell every
    row from every other.

    Raises:
        UsageError: they cannot: a column may be null, is of a type that does not sort alike everywhere, or no key of a
            table is among them.
    """

    def __init__(self, *by: SQLColumnExpression[Any]) -> None:
        for each in by:
            if not isinstance(each, SQLColumnExpression) or isinstance(each, TextClause):
                raise UsageError(
                    f"a page is sorted by columns of mapped classes or expressions of them, not by {each!r}"
                )
        self._by = by
        self._columns = [_plain(each) for each in by]
        self._falling = [_is_falling(each) for each in by]
        self._kinds = [_kind(each) for each in self._columns]
        _refuse_unsure(self._columns)

    def page(
        self, execute: Callable[[Select[Any]], Result[Any]], statement: Select[Any], cursor: str | None, limit: int
    ) -> PageOfRows[Any]:
        """What `execute` (of a session or a connection) finds: rows, or the one thing that `statement` selects.

        Raises:
            Invalid: the cursor is not from a list that is sorted like this.
            UsageError: a row has null in what it is sorted by, or `statement` brings an order or a limit of its own.
        """
        _refuse_cut(statement)
        if limit < 1:
            raise UsageError(f"a page holds at least one row, not {limit}")
        single = len(statement.column_descriptions) == 1
        keys = [column.label(f"page_key_{place}") for place, column in enumerate(self._columns)]
        asked = statement.add_columns(*keys).order_by(*self._by).limit(limit + 1)
        frozen = execute(asked if cursor is None else asked.where(self._behind(self._decoded(cursor)))).freeze()
        wanted = range(len(frozen().keys()) - len(keys))
        found = frozen().scalars().all() if single else frozen().columns(*wanted).all()
        places = [row[-len(keys) :] for row in frozen()]
        self._refuse_null(places)
        return PageOfRows(found[:limit], self.cursor(places[limit - 1]) if len(found) > limit else None)

    def _refuse_null(self, places: Sequence[Sequence[Any]]) -> None:
        for column, *values in zip(self._by, *places, strict=True):
            if None in values:
                raise UsageError(f"a page is sorted by {column}, which is null in a row: sort by a coalesce() of it")

    def _behind(self, key: Sequence[Any]) -> ColumnElement[bool]:
        """Lexicographic: (a, b) > (x, y) is a > x, or a = x and b > y, each column in its own direction. The first
        column alone bounds it as well, so that a database finds the place by an index."""
        values = [literal(value, column.type) for value, column in zip(key, self._columns, strict=True)]
        steps = []
        for place, (column, value, falling) in enumerate(zip(self._columns, values, self._falling, strict=True)):
            alike = [each == other for each, other in zip(self._columns[:place], values[:place], strict=True)]
            steps.append(and_(*alike, column < value if falling else column > value))
        first, value = self._columns[0], values[0]
        return and_(first <= value if self._falling[0] else first >= value, or_(*steps))

    def cursor(self, key: Sequence[Any]) -> str:
        """Of what comes behind the row with these values.

        Raises:
            UsageError: they are too long for an address.
        """
        cursor = urlsafe_b64encode(msgspec.json.encode([self._name, *key])).rstrip(b"=").decode()
        if len(cursor) > LONGEST_CURSOR:
            names = ", ".join(map(str, self._by))
            raise UsageError(f"a page is sorted by {names}, which are too long together: sort by shorter columns")
        return cursor

    def _decoded(self, cursor: str) -> list[Any]:
        try:
            name, *key = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any])
            found = [msgspec.convert(value, kind) for value, kind in zip(key, self._kinds, strict=True)]
            bounds.check(found, key, "cursor")
        except (ValueError, msgspec.DecodeError, Invalid, RecursionError) as error:
            raise _foreign() from error
        if name != self._name:
            raise _foreign()
        return found

    @cached_property
    def _name(self) -> int:
        """Tells a cursor of this order from one of another list."""
        return crc32(", ".join(map(str, self._by)).encode())


def _foreign() -> Invalid:
    return Invalid(
        "This cursor is not from this list: give what `next` said, or none for the first page.", field="cursor"
    )


def _is_falling(column: SQLColumnExpression[Any]) -> bool:
    return isinstance(column, UnaryExpression) and column.modifier is operators.desc_op


def _plain(column: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    if not isinstance(column, UnaryExpression) or column.modifier is None:
        return cast("ColumnElement[Any]", column)
    if column.modifier not in (operators.desc_op, operators.asc_op):
        raise UsageError(
            f"a page is sorted by what is never null, so {column} says nothing: leave it at .desc() or .asc()"
        )
    return column.element


def _kind(column: ColumnElement[Any]) -> type[Any]:
    try:
        kind = column.type.python_type
    except NotImplementedError:  # a type of SQLAlchemy that has no Python type
        kind = object
    if kind not in _KINDS:
        raise UsageError(f"a page cannot be sorted by {column} of the type {column.type!r}: {_SORTED_BY}")
    return kind


def _refuse_unsure(columns: Sequence[ColumnElement[Any]]) -> None:
    mapped = [found for each in columns if isinstance(found := getattr(each, "expression", each), Column)]
    if nullable := [each for each in mapped if each.nullable]:
        raise UsageError(f"a page is sorted by {nullable[0]}, which may be null: sort by a coalesce() of it")
    names = {(each.table, each.name) for each in mapped}
    for table in {each.table for each in mapped}:
        given = {name for of, name in names if of is table} | {"account_id"}
        if any(given >= key for key in _keys(getattr(table, "element", table))):
            return
    sorted_by = ", ".join(map(str, columns)) or "nothing"
    raise UsageError(f"a page is sorted by {sorted_by}, which several rows can share: add the id at the end")


def _keys(table: Any) -> list[set[str]]:
    """What tells a table's rows from each other within an account."""
    unique = (each for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint))
    found = [{column.name for column in each.columns} for each in unique]
    return [*found, *({column.name} for column in table.columns if column.unique)]


def _refuse_cut(statement: Select[Any]) -> None:
    for what, clause in (
        ("order_by", statement._order_by_clauses),
        ("limit", statement._limit_clause is not None),
        ("offset", statement._offset_clause is not None),
        ("group_by", statement._group_by_clauses),
    ):
        if clause:
            raise UsageError(
                f"a page takes its rows from a select without {what}(): put such a select into a subquery()"
            )
