"""What a unit that came by a grant writes: rows that it could read before, and can read afterwards.

Rows are not asked what they say of themselves. The condition that narrows what such a unit reads is put to the
database, in the transaction that writes: before, for every row that is changed or deleted; afterwards, for every row
that was written, and for those that it refers to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, inspect, select
from sqlalchemy.orm import RelationshipDirection

from ..errors import NotAllowed, UsageError
from .boundary import Reach
from .models import Owned, Table
from .session import UnitSession

_NOT_SHARED = "This was not shared with you: a grant opens one object alone, and what is written stays in it."


def flush_within(session: UnitSession, reach: Reach) -> None:
    """
    Raises:
        UsageError: no granted right writes rows of that table, or not in this way.
        NotAllowed: a row is not of the object, or refers to one that is not.
    """
    changed = [row for row in session.dirty if session.is_modified(row)]
    new, gone = list(session.new), list(session.deleted)
    for row in (*new, *changed, *gone):
        _refuse_unprovable(row, reach)
    for row in gone:
        _refuse_referred_to(row)
    _refuse_outside(session, [*changed, *gone])
    session.flush()
    _refuse_outside(session, [*new, *changed])
    _refuse_references(session, reach, [*new, *changed])


def _refuse_unprovable(row: Table, reach: Reach) -> None:
    model, values = type(row), row.__dict__
    if model not in reach.writes:
        raise UsageError(f"what was granted does not write {model.__name__}: no Right that was granted names it")
    if any(isinstance(value, ClauseElement) for value in values.values()):
        raise UsageError(f"{model.__name__}: SQL as a value could read any row; give the value itself")
    if any(each.key in values for each in inspect(model).relationships if _changes_others(each)):
        raise UsageError(f"{model.__name__}: a relationship would change other rows; set the id in each of them")


def _changes_others(relationship: Any) -> bool:
    return not relationship.viewonly and relationship.direction is not RelationshipDirection.MANYTOONE


def _refuse_referred_to(row: Table) -> None:
    """Rows that refer to a deleted one would go, or change, with it."""
    for table in Table.metadata.tables.values():
        for key in table.foreign_key_constraints:
            if key.referred_table is row.__table__:
                raise UsageError(f"{table.name} refers to {type(row).__name__}, so no grant deletes one")


def _refuse_outside(session: UnitSession, rows: Iterable[Table]) -> None:
    """They are locked, so that nobody moves them until the transaction ends."""
    keys: dict[Any, set[Any]] = defaultdict(set)
    for row in rows:
        keys[type(row)].add(inspect(row).identity)
    for model, wanted in keys.items():
        found = select(model.account_id, model.id).where(model.id.in_([id for _, id in wanted])).with_for_update()
        if {tuple(each) for each in session.execute(found)} != wanted:
            raise NotAllowed(_NOT_SHARED)


def _refuse_references(session: UnitSession, reach: Reach, rows: Iterable[Table]) -> None:
    ids: dict[Any, set[UUID]] = defaultdict(set)
    for row in rows:
        for attribute, target in _references(row):
            if (id := getattr(row, attribute)) is not None:
                ids[target].add(id)
    for target, wanted in ids.items():
        if target not in reach.rows:
            raise NotAllowed(_NOT_SHARED)
        if set(session.scalars(select(target.id).where(target.id.in_(wanted)))) != wanted:
            raise NotAllowed(_NOT_SHARED)


def _references(row: Table) -> Iterator[tuple[str, type[Any]]]:
    """Attributes that hold the id of another owned row, and its class."""
    owned = {mapper.local_table: mapper.class_ for mapper in Table.registry.mappers if issubclass(mapper.class_, Owned)}
    for key in row.__table__.foreign_key_constraints:  # type: ignore[attr-defined]
        for each in key.elements:
            if key.referred_table in owned and each.column.name == "id":
                yield inspect(type(row)).get_property_by_column(each.parent).key, owned[key.referred_table]
