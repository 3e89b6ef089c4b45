"""A login that does not work any more: found out once, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ..identity import Identity
from ..notices import notify
from .events import ConnectionLost
from .models import ACTIVE, LOST, ConnectionRow

if TYPE_CHECKING:
    from ..app import App


async def lose(app: App, account: UUID, id: UUID, *, generation: int, provider: str, reason: str) -> None:
    """Unless somebody has renewed or restored it since `generation` was seen. `provider`: its title."""
    async with app.unit(Identity(account, None, frozenset())) as ctx:
        row = await ctx.lock(ConnectionRow, id)
        if row.state != ACTIVE or row.generation != generation:
            return
        row.state, row.reason, row.lost_at = LOST, reason[:500], ctx.now
        row.renew_at = row.lease = row.leased_until = None
        ctx.emit(ConnectionLost(row.id, row.provider, row.title, row.reason))
        ctx.audit("connection.lost", row, after={"provider": row.provider, "title": row.title, "reason": row.reason})
        await notify(
            ctx,
            "connection.lost",
            "{provider} is disconnected",
            text=f"“{row.title}”: {row.reason} Log in again to go on.",
            path="/connections",
            tone="danger",
            facts={"provider": provider, "title": row.title},
            permission="connection.write",
        )
