"""The rows of wrapped keys, as functions of a connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from .models import DataKey

FIRST = UUID(int=1)
"""The first key of a new installation: of several processes that start it at once, one creates it."""


def newest_first(connection: Connection) -> Sequence[Any]:
    columns = select(DataKey.id, DataKey.service, DataKey.wrapped)
    return connection.execute(columns.order_by(DataKey.created_at.desc(), DataKey.id.desc())).all()


def keep(connection: Connection, id: UUID, service: str, wrapped: str, at: datetime) -> None:
    connection.execute(insert(DataKey).values(id=id, service=service, wrapped=wrapped, created_at=at, wrapped_at=at))


def keep_first(connection: Connection, service: str, wrapped: str, at: datetime) -> None:
    """Unless another process was faster."""
    from sqlalchemy.dialects import postgresql, sqlite

    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = upsert(DataKey).values(id=FIRST, service=service, wrapped=wrapped, created_at=at, wrapped_at=at)
    connection.execute(row.on_conflict_do_nothing(index_elements=["id"]))


def wrap_anew(connection: Connection, id: UUID, service: str, wrapped: str, at: datetime) -> None:
    same = update(DataKey).where(DataKey.id == id)
    connection.execute(same.values(service=service, wrapped=wrapped, wrapped_at=at))


def forget(connection: Connection, ids: Sequence[UUID]) -> None:
    connection.execute(delete(DataKey).where(DataKey.id.in_(ids)))
