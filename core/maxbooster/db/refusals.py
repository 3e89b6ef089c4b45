"""What the database refused, in words; no SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from ..errors import Conflict
from .models import Table

Unique = UniqueConstraint | Index


def refusal(detail: str, *, field: str | None = None) -> dict[str, Any]:
    """What a unique constraint or index says to people when it refuses a row: `UniqueConstraint("account_id", "name",
    info=refusal("There is a shelf of this name already."))`. `field`: of the input; left out, its last column."""
    return {"refusal": detail, "field": field}


def conflict(error: IntegrityError) -> Conflict:
    text, named = str(error.orig), getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    unique = next((each for each in _uniques() if each.name == named or _is_meant(each, text)), None)
    if unique is not None:
        said = unique.info.get("refusal", "Something with these values exists already.")
        columns = [column.name for column in unique.columns if column.name != "account_id"]
        return Conflict(said, field=unique.info.get("field") or (columns[-1] if columns else None))
    if "UNIQUE" in text or named.startswith(("uq_", "pk_")):
        return Conflict("Something with these values exists already.")
    if "FOREIGN KEY" in text or named.startswith("fk_"):
        return Conflict("It refers to something that does not exist here, or something still refers to it.")
    return Conflict("The values contradict a rule of the database.")


def _uniques() -> Iterator[Unique]:
    for table in Table.metadata.tables.values():
        yield from (each for each in table.constraints if isinstance(each, UniqueConstraint))
        yield from (each for each in table.indexes if each.unique)


def _is_meant(unique: Unique, text: str) -> bool:
    """SQLite says `UNIQUE constraint failed: shelf.account_id, shelf.name`, or `… index 'uq_shelf_name'` of one with
    expressions."""
    _, _, named = text.partition("UNIQUE constraint failed: ")
    columns = [f"{unique.table.name}.{column.name}" for column in unique.columns]  # type: ignore[union-attr]
    return named in (f"index '{unique.name}'", ", ".join(columns)) and bool(named)
