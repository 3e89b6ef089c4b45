"""Devices, by whom they belong to and by their endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from ..auth.models import Session, User
from ..context import Context
from ..keyring import Keyring
from .models import PushDevice


async def of_user(ctx: Context, user: UUID) -> Sequence[PushDevice]:
    """Those whose session has not ended, the oldest first."""
    alive = PushDevice.session_id.in_(select(Session.id).where(Session.user_id == user, Session.expires_at > ctx.now))
    theirs = select(PushDevice).where(PushDevice.user_id == user, alive)
    return await ctx.platform.all(theirs.order_by(PushDevice.created_at, PushDevice.id))


async def by_id(ctx: Context, id: UUID) -> PushDevice | None:
    return await ctx.platform.first(select(PushDevice).where(PushDevice.id == id))


async def by_endpoint(ctx: Context, hash: bytes) -> PushDevice | None:
    return await ctx.platform.first(select(PushDevice).where(PushDevice.hash == hash))


async def is_alive(ctx: Context, device: PushDevice) -> bool:
    """Whether the session that turned it on has not ended."""
    alive = select(Session.id).where(Session.id == device.session_id, Session.expires_at > ctx.now)
    return await ctx.platform.first(alive) is not None


def replace(connection: Connection, values: dict[str, Any], most: int) -> bool:
    """A browser's subscription becomes that of whoever is logged in there now. False: they have so many already."""
    from sqlalchemy.dialects import postgresql, sqlite

    user, hash = values["user_id"], values["hash"]
    connection.execute(select(User.id).where(User.id == user).with_for_update())
    others = select(func.count()).where(PushDevice.user_id == user, PushDevice.hash != hash)
    if connection.execute(others).scalar_one() >= most:
        return False
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = upsert(PushDevice).values(**values)
    connection.execute(new.on_conflict_do_update(index_elements=["hash"], set_=values))
    return True


def remove(connection: Connection, user: UUID, id: UUID) -> int:
    return connection.execute(delete(PushDevice).where(PushDevice.user_id == user, PushDevice.id == id)).rowcount


def prune(connection: Connection) -> None:
    """Those whose session has ended."""
    connection.execute(delete(PushDevice).where(PushDevice.session_id.not_in(select(Session.id))))


def rotate(connection: Connection, keys: Keyring) -> int:
    """Seal every subscription with the newest key; returns how many."""
    rows = connection.execute(select(PushDevice.id, PushDevice.sealed)).all()
    for row in rows:
        same = update(PushDevice).where(PushDevice.id == row.id, PushDevice.sealed == row.sealed)
        connection.execute(same.values(sealed=keys.rotate(row.sealed)))
    return len(rows)
