"""Payees by what people type."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from maxbooster.plugin import Context, SearchResult, has_words

from .models import Payee

_MOST = 5


async def found(ctx: Context, query: str) -> Sequence[SearchResult]:
    named = select(Payee.id, Payee.name).where(has_words(query, Payee.name)).order_by(Payee.name)
    rows = await ctx.rows(named.limit(_MOST))
    return [
        SearchResult(
            title=row.name, kind="Payee", path=f"/money?payee={row.id}", icon="wallet", permission="payee.read"
        )
        for row in rows
    ]
