"""What an account publishes of its facts, takes back, and is asked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from ..context import Context
from ..errors import Invalid, NotFound, UsageError
from ..paging import PageOfRows
from ..resources import threads
from ..storage.purposes import FACTS
from . import parquet
from .dataset import Dataset
from .events import FactsReady
from .models import LONGEST_PART, FactsPart

_THREADS = threads("core.facts", 2)
"""So many at a time: each may take half a gigabyte of memory."""
_TRIES = 3
"""Of a question whose files go while it is asked, because a part was published again."""


async def publish_facts(ctx: Context, dataset: Dataset, part: str, rows: Iterable[Struct]) -> FactsPart:
    """Store rows as Parquet and tell whoever listens, with this unit. A part that was published before is replaced, so
    that late and corrected numbers restate history.

    `rows` are taken in a thread, a thousand at a time. A unit that was interrupted leaves nothing but a file that is
    swept.

    Raises:
        Invalid: a row isn't what the dataset says; names it.
        NotReady: DuckDB isn't installed, or the object store does not answer.
        TooLarge: the account's quota does not hold it.
        UsageError: no enabled plugin registers the dataset.
    """
    _refuse_unregistered(ctx, dataset)
    if not part or len(part) > LONGEST_PART:
        raise UsageError(f"a part of {dataset.name} is named by 1 to {LONGEST_PART} letters, not {part!r}")
    with tempfile.TemporaryDirectory(prefix="maxbooster-") as folder:
        out = Path(folder, "facts.parquet")
        count = await (await ctx.resource(_THREADS)).run(parquet.write, dataset, rows, out, Path(folder))
        file = await ctx.files.put(f"{dataset.name}.{part}.parquet", out, purpose=FACTS)
    row = await _part(ctx, dataset, part)
    if row is None:
        row = FactsPart(dataset=dataset.name, part=part)
        ctx.add(row)
    else:
        await ctx.files.remove(row.file_id)
    row.dataset_version, row.file_id, row.rows, row.published_at = dataset.version, file.id, count, ctx.now
    ctx.emit(FactsReady(dataset.name, part, dataset.version, file.id, count))
    return row


async def withdraw_facts(ctx: Context, dataset: Dataset, part: str) -> None:
    """Take a part back with this unit; nothing happens where there is none."""
    _refuse_unregistered(ctx, dataset)
    row = await _part(ctx, dataset, part)
    if row is not None:
        ctx.delete(row)
        await ctx.files.remove(row.file_id)
        ctx.emit(FactsReady(dataset.name, part, dataset.version, None, 0))


async def facts_parts(ctx: Context, dataset: Dataset) -> Mapping[str, FactsPart]:
    """Part → what stands of it, in the order of their names."""
    of_dataset = select(FactsPart).where(FactsPart.dataset == dataset.name).order_by(FactsPart.part)
    rows = await ctx.all(of_dataset.execution_options(populate_existing=True))
    return {row.part: row for row in rows}


async def query_facts(
    ctx: Context, dataset: Dataset, sql: str, parameters: Sequence[Any] = (), *, parts: Sequence[str] | None = None
) -> list[tuple[Any, ...]]:
    """What a select of DuckDB finds in the view `facts`: the dataset's rows and the column `part`. `parts`: only these.

    SQL is the plugin's own; what people entered are its `parameters`, a `?` each.

    Raises:
        Invalid: a part isn't what the dataset says, as one of an older version; names it.
        NotReady: DuckDB isn't installed, or the object store does not answer.
    """
    for attempt in range(_TRIES):
        wanted = await facts_parts(ctx, dataset)
        asked = {part: row for part, row in wanted.items() if parts is None or part in parts}
        files = {part: row.file_id for part, row in asked.items()}
        try:
            return await _ask(ctx, dataset, files, sql, parameters)
        except (NotFound, Invalid):
            standing = await facts_parts(ctx, dataset)
            changed = any(part not in standing or standing[part].file_id != file for part, file in files.items())
            if not changed or attempt + 1 == _TRIES:
                raise
    raise AssertionError


async def _ask(
    ctx: Context, dataset: Dataset, asked: Mapping[str, UUID], sql: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="maxbooster-")))
        files = {
            part: await stack.enter_async_context(ctx.files.local(await ctx.files.get(file)))
            for part, file in asked.items()
        }
        return await (await ctx.resource(_THREADS)).run(parquet.query, dataset, files, sql, parameters, folder)


async def list_parts(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[FactsPart]:
    """By dataset and part."""
    return await ctx.page(select(FactsPart), FactsPart.dataset, FactsPart.part, cursor=cursor, limit=limit)


async def datasets_with_files(ctx: Context, files: Sequence[UUID]) -> Sequence[str]:
    return await ctx.all(select(FactsPart.dataset).where(FactsPart.file_id.in_(files)).distinct())


async def _part(ctx: Context, dataset: Dataset, part: str) -> FactsPart | None:
    return await ctx.first(select(FactsPart).where(FactsPart.dataset == dataset.name, FactsPart.part == part))


def _refuse_unregistered(ctx: Context, dataset: Dataset) -> None:
    if ctx.app.offers.datasets.get(dataset.name) != dataset:
        raise UsageError(f"no enabled plugin registers {dataset.name}; return it from register_datasets()")
