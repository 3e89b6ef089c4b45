"""A statement whose lines were imported before, whatever its file is called and however it was saved."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context

from . import queries


class Repeated(Conflict):
    """A statement with the same content was imported before."""

    type = "statement-repeated"
    title = "This statement was imported before"


async def refuse_repeated(
    ctx: Context, repeats: UUID | None, content: bytes, *, other_than: UUID | None = None
) -> None:
    """
    Raises:
        Repeated: it was imported before, and is not imported beside that one on purpose.
    """
    earlier = await queries.imported_before(ctx, content, other_than)
    if earlier is None or earlier.id == repeats:
        return
    day = f"{earlier.imported_at:%Y-%m-%d}" if earlier.imported_at else ""
    raise Repeated(
        f"Its lines are those of “{earlier.file_name}”, imported on {day}: it is the same statement, saved again."
        " Nothing was imported. If both are right, import it with `repeats` set to that statement.",
        field="repeats", statement=str(earlier.id),
    )  # fmt: skip
