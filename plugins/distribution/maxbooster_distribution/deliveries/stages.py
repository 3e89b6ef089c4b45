"""How a delivery goes from one stage to the next."""

from __future__ import annotations

from maxbooster.plugin import Context

from . import signs, states
from .models import Delivery, Stage


def advance(ctx: Context, row: Delivery, state: str, note: str | None = None, advice: str | None = None) -> None:
    """Bring a delivery into its next state, and remember when.

    Raises:
        Conflict: that state cannot follow.
    """
    states.demand(row.state, state)
    at = ctx.clock()
    row.state, row.note, row.advice, row.sign_due_at = state, note, advice, signs.due(at)
    row.ended_at = at if state in states.ENDED else None
    ctx.add(Stage(delivery_id=row.id, state=state, note=note, at=at))
