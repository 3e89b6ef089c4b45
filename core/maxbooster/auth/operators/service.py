"""Finding users, disabling them, letting them in again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from ...context import Context
from ...errors import Conflict, NotFound
from ...mail import address as normal
from ...paging import PageOfRows
from .. import emails, proofs
from ..events import SecondFactorChanged, SessionRevoked, UserChanged, note
from ..models import Session, SpentToken, User
from ..people.factors import forget_factors
from ..sessions import queries as sessions
from ..sso import queries as sso


async def find(ctx: Context, cursor: str | None, limit: int, *, email: str | None) -> PageOfRows[User]:
    """Users in the order in which they came; those whose address begins with `email`."""
    query = select(User)
    if email:
        query = query.where(User.email.startswith(email.strip().lower(), autoescape=True))
    return await ctx.platform.page(query, User.id, cursor=cursor, limit=limit)


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
    """End every session, disconnect providers and send a link for a new password; `second_factor`: take that off too,
    for one who has lost it and proved to staff who they are.

    Raises:
        NotFound: no such user.
    """
    found = await user(ctx, id)
    note(ctx, SessionRevoked(id, None, "reset by staff"))
    if second_factor:
        note(ctx, SecondFactorChanged(id, "off"))
        facts = {"change": "off, by staff", "origin": ctx.app.settings.origin}
        proofs.notify(ctx, found.email, emails.second_factor_changed, **facts)
    email, link = found.email, await proofs.ask(ctx, "reset", found.email)

    def change(connection: Connection) -> None:
        sessions.revoke(connection, id)
        proofs.revoke(connection, id, email, but=link)
        connection.execute(update(User).where(User.id == id).values(password=None))
        sso.unlink_all(connection, id)
        if second_factor:
            forget_factors(connection, id)

    await ctx.write(change)
    ctx.app.credentials.forget(id)
    return found


async def log_out_everybody(ctx: Context) -> int:
    """End every session; returns how many there were. Another process notices within a second."""
    note(ctx, SessionRevoked(None, None, "everybody logged out by staff"))

    def end(connection: Connection) -> int:
        connection.execute(delete(SpentToken))
        return connection.execute(delete(Session)).rowcount

    return await ctx.write(end)
