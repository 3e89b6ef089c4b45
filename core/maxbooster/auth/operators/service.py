"""Finding users, disabling them, letting them in again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from ...context import Context
from ...errors import Conflict, NotFound
from ...mail import address as normal
from .. import letters, proofs
from ..events import SecondFactorChanged, SessionRevoked, UserChanged, note
from ..models import User
from ..people.profile import forget_totp
from ..sessions import queries as sessions


async def find(ctx: Context, email: str | None, limit: int, after: UUID | None = None) -> Sequence[User]:
    """Users in the order in which they came; those whose address begins with `email`."""
    query = select(User).order_by(User.id).limit(limit)
    if email:
        query = query.where(User.email.startswith(email.strip().lower(), autoescape=True))
    if after is not None:
        query = query.where(User.id > after)
    return await ctx.platform.all(query)


async def user(ctx: Context, id: UUID) -> User:
    """
    Raises:
        NotFound: no such user.
    """
    found = await ctx.platform.first(select(User).where(User.id == id))
    if found is None:
        raise NotFound(f"There is no user {id}.")
    return found


async def user_by_email(ctx: Context, email: str) -> User:
    """
    Raises:
        NotFound: nobody has this address.
    """
    found = await sessions.user_of(ctx, normal(email))
    if found is None:
        raise NotFound(f"Nobody has the e-mail address {email}.")
    return found


async def set_disabled(ctx: Context, id: UUID, disabled: bool) -> User:
    """Disabling ends every session; keys stop working. Nothing is deleted.

    Raises:
        NotFound: no such user.
        Conflict: staff cannot disable themselves, nor let in who was erased.
    """
    found = await user(ctx, id)
    if disabled and id == ctx.user:
        raise Conflict("You cannot disable yourself.")
    if not disabled and not found.email:
        raise Conflict("This user was erased.")
    note(ctx, UserChanged(id, "disabled" if disabled else "enabled"))
    found.disabled_at = _when(ctx, disabled)
    email = found.email
    await ctx.write(lambda connection: _shut_out(connection, id, email) if disabled else None)
    ctx.app.credentials.forget(id)
    return found


def _when(ctx: Context, disabled: bool) -> datetime | None:
    return ctx.now if disabled else None


def _shut_out(connection: Connection, id: UUID, email: str) -> None:
    sessions.revoke(connection, id)
    proofs.revoke(connection, id, email)


async def reset(ctx: Context, id: UUID, *, second_factor: bool) -> User:
    """End every session and send a link for a new password; `second_factor`: take that off too, for one who has lost
    it and proved to staff who they are.

    Raises:
        NotFound: no such user.
    """
    found = await user(ctx, id)
    note(ctx, SessionRevoked(id, None, "reset by staff"))
    if second_factor:
        note(ctx, SecondFactorChanged(id, "off"))
        proofs.notify(ctx, letters.second_factor_changed(found.email, "off, by staff", ctx.app.settings.origin))
    email, link = found.email, await proofs.ask(ctx, "reset", found.email)

    def change(connection: Connection) -> None:
        sessions.revoke(connection, id)
        proofs.revoke(connection, id, email, but=link)
        connection.execute(update(User).where(User.id == id).values(password=None))
        if second_factor:
            forget_totp(connection, id)

    await ctx.write(change)
    ctx.app.credentials.forget(id)
    return found
