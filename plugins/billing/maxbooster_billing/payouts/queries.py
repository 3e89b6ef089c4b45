"""Rows of payouts; no rule, no HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from maxbooster.plugin import Context, NotFound, PageOfRows

from ..payees.models import Payee
from .models import Payout


async def payouts(
    ctx: Context, cursor: str | None, limit: int, *, payee: UUID | None, state: str | None
) -> PageOfRows[Any]:
    """The newest first, with their payees' names."""
    query = _named()
    if payee is not None:
        query = query.where(Payout.payee_id == payee)
    if state is not None:
        query = query.where(Payout.state == state)
    return await ctx.page(query, Payout.id.desc(), cursor=cursor, limit=limit)


async def payout(ctx: Context, id: UUID) -> Any:
    """
    Raises:
        NotFound: no such payout in this account.
    """
    rows = await ctx.rows(_named().where(Payout.id == id))
    if not rows:
        raise NotFound(f"There is no payout {id}.")
    return rows[0]


async def under_key(ctx: Context, key: str) -> Payout | None:
    return await ctx.first(select(Payout).where(Payout.key == key))


def _named() -> Select[*tuple[Any, ...]]:
    shown = (
        "key", "currency", "amount", "fee", "state", "reason", "provider", "destination", "reference",
        "requested_at", "sent_at", "ended_at",
    )  # fmt: skip
    return select(
        Payout.id,
        Payout.payee_id.label("payee"),
        Payee.name.label("payee_name"),
        *(getattr(Payout, name) for name in shown),
    ).join(Payee, (Payee.account_id == Payout.account_id) & (Payee.id == Payout.payee_id))
