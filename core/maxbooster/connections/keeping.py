"""Keeping a login that somebody has just proved to hold: in a new row, or in the one that there is for this user."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import inspect

from ..context import Context
from ..errors import Conflict
from ..oauth.login import Holder
from . import queries
from .events import ConnectionRestored
from .models import ACTIVE, CLOSED, LOST, ConnectionRow
from .providers import Provider
from .tokens import Lifetime, Tokens


async def row_for(ctx: Context, provider: Provider, holder: Holder, wanted: UUID | None) -> ConnectionRow:
    """The row of this user at the provider. `wanted`: which connection was to be restored; None: any.

    Raises:
        NotFound: `wanted` does not exist.
        Conflict: it belongs to another user.
    """
    if wanted is not None and (row := await ctx.get(ConnectionRow, wanted)).subject != holder.subject:
        raise Conflict(
            f"You signed in at {provider.title} as “{holder.name or holder.subject}”, but “{row.title}” belongs to"
            " another user there. Sign in as that user to reconnect it, or add this one as a new connection.",
            field="subject",
        )
    return await queries.of_subject(ctx, provider.name, holder.subject) or ConnectionRow(
        provider=provider.name,
        subject=holder.subject,
        title=(holder.name or holder.subject)[:200],
        state=CLOSED,
        generation=0,
        created_at=ctx.now,
        account_id=ctx.account,
    )


def refresh_token(ctx: Context, row: ConnectionRow) -> str:
    """What a row has that still works: some providers give a refresh token only the first time."""
    if row.state != ACTIVE or row.sealed is None:
        return ""
    return Tokens.opened(ctx.app.keyring, row.sealed, row.account_id, row.id).refresh


async def keep(
    ctx: Context,
    row: ConnectionRow,
    provider: Provider,
    holder: Holder,
    *,
    tokens: Tokens,
    lifetime: Lifetime,
    scopes: str = "",
) -> ConnectionRow:
    """Store it with this unit. A renewal that is under way finds the row changed, and lets it be."""
    is_new = not inspect(row).has_identity
    row = row if is_new else await ctx.lock(ConnectionRow, row.id)
    before = row.state
    row.state, row.reason, row.scopes = ACTIVE, "", scopes[:2000]
    row.sealed, row.previous = tokens.sealed(ctx.app.keyring, ctx.account, row.id), None
    row.generation += 1
    row.expires_at, row.renew_at, row.renewed_at = lifetime.expires_at, lifetime.renew_at, ctx.now
    row.lease = row.leased_until = row.lost_at = None
    if is_new:
        ctx.add(row)
    facts = {"provider": provider.name, "title": row.title, "subject": holder.subject}
    ctx.audit("connection.created" if before == CLOSED else "connection.renewed", row, after=facts)
    if before == LOST:
        ctx.emit(ConnectionRestored(row.id, row.provider, row.title))
    return row
