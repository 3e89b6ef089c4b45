"""A person's passkeys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from ...context import Context
from ...db.types import new_id
from ...errors import Conflict, NotFound
from .. import totp
from ..people.factors import forget_idle_codes, has_factor, note_factor, replace_codes
from ..people.oneself import alone, gone_on, oneself
from ..sessions.service import LoggedInBrowser
from ..sso.queries import has_other_way
from . import ceremonies, challenges, queries
from .ceremonies import CreatedCredential
from .models import Passkey
from .schemas import NewPasskey

MOST = 20
"""Of one person."""


async def start(ctx: Context) -> dict[str, Any]:
    """What the browser needs to create one.

    Raises:
        Conflict: there are too many, or no passkey can belong to the platform's address.
    """
    user = await oneself(ctx)
    known = await queries.of_user(ctx, user.id)
    if len(known) >= MOST:
        raise Conflict(f"You have {MOST} passkeys; delete one that you don't use.")
    return ceremonies.creation_options(ctx, user, known)


async def create(ctx: Context, given: NewPasskey) -> tuple[Passkey, list[str], LoggedInBrowser]:
    """From now on it logs its owner in, and a password alone doesn't. Other sessions end, this one is rotated; with the
    first second factor there are recovery codes.

    Raises:
        NotAuthenticated: the request that it answers isn't ours, has expired or was answered already.
        Invalid: the browser's answer can't be read, or is for another site.
        Conflict: it belongs to somebody already.
    """
    user = await oneself(ctx)
    found = ceremonies.verify_creation(ctx, given.credential, user.id)
    passkey, codes, first = _row(ctx, user.id, given, found), totp.new_recovery_codes(), False
    row = {column.key: getattr(passkey, column.key) for column in Passkey.__table__.columns}
    note_factor(ctx, user, f"passkey added: {passkey.name}")

    def keep(connection: Connection) -> str:
        nonlocal first
        challenges.spend(connection, found.challenge, found.expires_at)
        if connection.execute(select(Passkey.id).where(Passkey.credential == found.id)).first():
            raise Conflict("This passkey is in use already.")
        first = not has_factor(connection, user.id)
        connection.execute(insert(Passkey).values(row))
        if first:
            replace_codes(connection, user.id, codes)
        return alone(connection, ctx, user.id)

    rotated = await gone_on(ctx, keep)
    return passkey, codes if first else [], rotated


def _row(ctx: Context, user: UUID, given: NewPasskey, found: CreatedCredential) -> Passkey:
    return Passkey(
        id=new_id(),
        credential=found.id,
        user_id=user,
        name=given.name.strip(),
        public_key=found.public_key,
        sign_count=found.sign_count,
        transports=" ".join(given.credential.response.transports)[:100],
        synced=found.synced,
        created_at=ctx.now,
        used_at=None,
    )


async def rename(ctx: Context, id: UUID, name: str) -> Passkey:
    """
    Raises:
        NotFound: the caller has no such passkey.
    """
    passkey = await _own(ctx, id)
    passkey.name = name.strip()
    await ctx.commit()
    return passkey


async def remove(ctx: Context, id: UUID) -> LoggedInBrowser:
    """It logs nobody in any more. Other sessions end, this one is rotated.

    Raises:
        NotFound: the caller has no such passkey.
        Conflict: it is the last way in which they can log in.
    """
    user, passkey = await oneself(ctx), await _own(ctx, id)
    usable = list(ctx.app.identity_providers)
    note_factor(ctx, user, f"passkey removed: {passkey.name}")

    def forget(connection: Connection) -> str:
        if not has_other_way(connection, user.id, id, usable):
            raise Conflict("You couldn't log in any more: set a password first, or add another passkey.")
        connection.execute(delete(Passkey).where(Passkey.id == id, Passkey.user_id == user.id))
        forget_idle_codes(connection, user.id)
        return alone(connection, ctx, user.id)

    return await gone_on(ctx, forget)


async def _own(ctx: Context, id: UUID) -> Passkey:
    user = await oneself(ctx)
    passkey = await ctx.platform.first(select(Passkey).where(Passkey.id == id, Passkey.user_id == user.id))
    if passkey is None:
        raise NotFound(f"You have no passkey {id}.")
    return passkey
