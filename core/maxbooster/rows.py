"""What a unit of work reads: rows of its account, or of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, SQLColumnExpression

from .paging import Order, PageOfRows

if TYPE_CHECKING:
    from .unit import Unit

T = TypeVar("T")


class Rows:
    """Reads in a unit of work: over owned and reference classes, or by `Context.platform` over those of no account."""

    def __init__(self, unit: Unit, *, platform: bool = False) -> None:
        self._unit = unit
        self._platform = platform

    async def first(self, statement: Select[T]) -> T | None:
        """The first row (or value) of a select, None if there is none."""
        limited = statement.limit(1) if isinstance(statement, Select) else statement
        return await self._unit.read(lambda session: session.scalars(limited).first(), platform=self._platform)

    async def all(self, statement: Select[T]) -> Sequence[T]:
        """Every row (or value) of a select of one thing."""
        return await self._unit.read(lambda session: session.scalars(statement).all(), platform=self._platform)

    async def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """Every row of a select of several things, as named tuples."""
        return await self._unit.read(lambda session: session.execute(statement).all(), platform=self._platform)

    async def page(
        self, statement: Select[*tuple[Any, ...]], *by: SQLColumnExpression[Any], cursor: str | None, limit: int
    ) -> PageOfRows[Any]:
        """A page of a select, sorted by columns (or expressions) that are never null and that together tell every row
        from every other: rows as from `all` where it selects one thing, else as from `rows`.

        Raises:
            Invalid: the cursor is not from a list that is sorted like this.
            UsageError: a row has null in what it is sorted by.
        """
        ask = partial(Order(*by).page, statement=statement, cursor=cursor, limit=limit)
        return await self._unit.read(lambda session: ask(session.execute), platform=self._platform)
