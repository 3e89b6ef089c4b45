"""Signs of life: by when something should happen to a delivery, if a job works on it.

Its job may have been canceled while it waited or ran, or have died too often. Nobody tells us, so the silence does: a
delivery whose sign is overdue is stalled, is shown so, and can be sent again. Signs are written aside from the job's
own unit, which commits only at its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, update

from maxbooster.plugin import Context

from .models import Delivery
from .states import ENDED

PATIENCE = timedelta(minutes=10)
"""How much later than expected the next sign may come: jobs wait for others, and for a worker that was restarted."""
_EVERY_S = 60.0
"""How often a leg that takes long gives a sign."""


def due(expected: datetime) -> datetime:
    """When to worry, if something is expected to happen then."""
    return expected + PATIENCE


def stands_still(row: Delivery, now: datetime) -> bool:
    """Whether nobody seems to work on a delivery that is not over."""
    return row.state not in ENDED and now >= row.sign_due_at


def is_early(row: Delivery, now: datetime) -> bool:
    """Whether what is expected next is still to come: then somebody else has seen to it."""
    return due(now) < row.sign_due_at


@asynccontextmanager
async def given(ctx: Context, id: UUID) -> AsyncIterator[None]:
    """Signs, for as long as the block works. Is its job stopped, then it is stalled at once; should the job go on
    after all, as after a restart, it gives signs again."""
    await _set(ctx, id, sign_due_at=due(ctx.clock()), note=None)
    beating = asyncio.create_task(_beat(ctx, id))
    try:
        yield
    except asyncio.CancelledError:
        beating.cancel()
        await _set(ctx, id, sign_due_at=ctx.clock())
        raise
    finally:
        beating.cancel()


async def _beat(ctx: Context, id: UUID) -> None:
    while True:
        await asyncio.sleep(_EVERY_S)
        with suppress(Exception):  # the database is away; the work itself will say so
            await _set(ctx, id, sign_due_at=due(ctx.clock()))


async def _set(ctx: Context, id: UUID, **values: Any) -> None:
    async with ctx.aside() as aside:
        await aside.write(_store, ctx.account, id, values)


def _store(connection: Connection, account: UUID, id: UUID, values: dict[str, Any]) -> None:
    connection.execute(update(Delivery).where(Delivery.account_id == account, Delivery.id == id).values(**values))
