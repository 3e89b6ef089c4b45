"""What an account's plugins publish in bulk, as Parquet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ..context import Context
from ..http.page_parameters import Cursor, Limit
from ..http.routes import Routes, get
from ..paging import Page
from . import service
from .models import FactsPart


class FactsOut(Struct):
    """A part of a dataset. Its file is downloaded like any other."""

    dataset: str
    part: str
    version: int
    """Of the dataset's columns."""
    file: UUID
    """Parquet."""
    rows: int
    published_at: datetime

    @classmethod
    def of(cls, row: FactsPart) -> FactsOut:
        return cls(row.dataset, row.part, row.dataset_version, row.file_id, row.rows, row.published_at)


@get("/", operation_id="listFacts", permission="facts.read")
async def list_facts(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[FactsOut]:
    """The files of numbers in bulk that stand for this account, such as sales, by dataset and part."""
    rows, next = await service.list_parts(ctx, cursor, limit)
    return Page([FactsOut.of(row) for row in rows], next)


routes = [Routes("/api/core/facts", [list_facts])]
