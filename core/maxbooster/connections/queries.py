"""Connections as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, CursorResult, bindparam, case, delete, or_, select, update

from ..context import Context
from ..db.fast import Prepared
from .models import ACTIVE, LOST, ConnectionRow, SignInRow

HELD = Prepared(
    select(
        ConnectionRow.provider,
        ConnectionRow.title,
        ConnectionRow.state,
        ConnectionRow.reason,
        ConnectionRow.sealed,
        ConnectionRow.previous,
        ConnectionRow.generation,
        ConnectionRow.expires_at,
        ConnectionRow.renew_at,
        ConnectionRow.lease,
        ConnectionRow.leased_until,
    ).where(ConnectionRow.account_id == bindparam("account"), ConnectionRow.id == bindparam("id"))
)
"""Everything that a call with a connection needs, in one read."""


async def connections(ctx: Context) -> Sequence[ConnectionRow]:
    """Those that need somebody first, then by provider and title."""
    urgency = case({LOST: 0, ACTIVE: 1}, value=ConnectionRow.state, else_=2)
    return await ctx.all(select(ConnectionRow).order_by(urgency, ConnectionRow.provider, ConnectionRow.title))


async def of_provider(ctx: Context, provider: str) -> Sequence[ConnectionRow]:
    """The oldest first."""
    return await ctx.all(select(ConnectionRow).where(ConnectionRow.provider == provider).order_by(ConnectionRow.id))


async def of_subject(ctx: Context, provider: str, subject: str) -> ConnectionRow | None:
    return await ctx.first(
        select(ConnectionRow).where(ConnectionRow.provider == provider, ConnectionRow.subject == subject)
    )


def due(connection: Connection, now: datetime, limit: int) -> Sequence[Any]:
    """Of all accounts: what should be renewed, the most urgent first."""
    query = (
        select(ConnectionRow.account_id, ConnectionRow.id, ConnectionRow.generation)
        .where(ConnectionRow.renew_at <= now, ConnectionRow.state == ACTIVE)
        .where(or_(ConnectionRow.leased_until.is_(None), ConnectionRow.leased_until <= now))
    )
    return connection.execute(query.order_by(ConnectionRow.renew_at).limit(limit)).all()


def _the(account: UUID, id: UUID, generation: int) -> tuple[Any, ...]:
    """The row as it was seen: whoever replaced it since was right."""
    return (
        ConnectionRow.account_id == account,
        ConnectionRow.id == id,
        ConnectionRow.generation == generation,
        ConnectionRow.state == ACTIVE,
    )


def lease(
    connection: Connection, account: UUID, id: UUID, generation: int, *, lease: UUID, now: datetime, until: datetime
) -> bool:
    """Become the one who renews; False if somebody else is."""
    free = or_(ConnectionRow.leased_until.is_(None), ConnectionRow.leased_until <= now)
    statement = update(ConnectionRow).where(*_the(account, id, generation), free)
    return _one(connection.execute(statement.values(lease=lease, leased_until=until)))


def put_off(connection: Connection, account: UUID, id: UUID, *, lease: UUID, until: datetime, reason: str) -> None:
    """The attempt failed: nobody tries before `until`."""
    mine = (ConnectionRow.account_id == account, ConnectionRow.id == id, ConnectionRow.lease == lease)
    connection.execute(update(ConnectionRow).where(*mine).values(lease=None, leased_until=until, reason=reason))


def renew(connection: Connection, account: UUID, id: UUID, generation: int, values: dict[str, Any]) -> bool:
    """Replace what is sealed, both tokens at once; False if somebody else has in the meantime."""
    statement = update(ConnectionRow).where(*_the(account, id, generation))
    fresh = values | {"generation": generation + 1, "lease": None, "leased_until": None}
    return _one(connection.execute(statement.values(**fresh)))


def forget_previous(connection: Connection, account: UUID, id: UUID, generation: int) -> None:
    """The new pair has worked."""
    connection.execute(update(ConnectionRow).where(*_the(account, id, generation)).values(previous=None))


def take_sign_in(connection: Connection, account: UUID, hash: bytes, session: UUID | None) -> Any:
    """The sign-in that was under way, which nobody can use again; None if there is none of this session's."""
    mine = (SignInRow.account_id == account, SignInRow.hash == hash, SignInRow.session_id == session)
    columns = (
        SignInRow.id, SignInRow.user_id, SignInRow.provider, SignInRow.connection_id, SignInRow.sealed,
        SignInRow.expires_at,
    )  # fmt: skip
    return connection.execute(delete(SignInRow).where(*mine).returning(*columns)).first()


def prune_sign_ins(connection: Connection, now: datetime) -> None:
    connection.execute(delete(SignInRow).where(SignInRow.expires_at <= now))


def _one(result: CursorResult[Any]) -> bool:
    return result.rowcount == 1
