"""The person who is logged in, and the session in which they change what logs them in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from ...context import Context
from ...errors import NotAllowed
from ...identity import Identity
from ..models import User
from ..sessions import queries as sessions
from ..sessions.service import LoggedInBrowser, describe


async def oneself(ctx: Context) -> User:
    """
    Raises:
        NotAllowed: the caller is a key that belongs to nobody.
    """
    user = await ctx.platform.first(select(User).where(User.id == ctx.user)) if ctx.user else None
    if user is None:
        raise NotAllowed("This key belongs to an account, not to a person; log in.")
    return user


def alone(connection: Connection, ctx: Context, user: UUID) -> str:
    """End every other session, and rotate this one."""
    identity = ctx.identity
    assert identity is not None
    sessions.revoke(connection, user, None, identity.credential)
    if identity.way != "session" or identity.credential is None:
        return ""
    return sessions.rotate(connection, identity.credential, "browser", proved_at=ctx.now) or ""


async def gone_on(ctx: Context, change: Any) -> LoggedInBrowser:
    token = await ctx.write(change)
    identity: Identity | None = ctx.identity
    assert identity is not None
    assert identity.user is not None
    ctx.app.credentials.forget(identity.user)
    proved = msgspec.structs.replace(identity, proved_at=ctx.now)
    return LoggedInBrowser(await describe(ctx, proved, token=token or None), token)
