"""Tables and to whom their rows belong.

Every table is one of three: **owned** (its primary key begins with `account_id`), **reference** (few,
global, the same on every node) or **local** (the platform's own machinery: jobs, outbox, look-ups before
the account is known). The schema audit in the tests holds each to its kind.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Integer, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from .types import Id, UtcTime, new_id

PLATFORM = UUID(int=0)
"""The account of what belongs to the platform itself (its audit chain, its secrets)."""


class Table(DeclarativeBase):
    """Every mapped class, the core's and the plugins'. A plugin's tables are named `<family>_…`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {UUID: Id, datetime: UtcTime}


class Owned:
    """Rows of an account: primary key `(account_id, id)`. The account comes from the Context, never from input."""

    account_id: Mapped[UUID] = mapped_column(Id, primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True, sort_order=-19)


class Versioned:
    """Rows that are read, thought about and written back: a change made in between raises `Conflict`."""

    version: Mapped[int] = mapped_column(Integer, sort_order=-10)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Reference:
    """A global table, small and the same for everyone."""


class Local:
    """The platform's own machinery, not distributed by account."""


@event.listens_for(Owned, "init", propagate=True)
def _give_id(row: Any, args: Any, given: dict[str, Any]) -> None:
    """The id is known before the row is stored, so that events and jobs can name it."""
    given.setdefault("id", new_id())


def owned_reference(column: str, table: str, *, on_delete: str = "CASCADE") -> ForeignKeyConstraint:
    """A foreign key to a row of the same account: `(account_id, column)` → `table (account_id, id)`."""
    if on_delete == "SET NULL":
        raise ValueError("SET NULL would blank account_id too; let the service clear the id (design: Data)")
    return ForeignKeyConstraint(["account_id", column], [f"{table}.account_id", f"{table}.id"], ondelete=on_delete)
