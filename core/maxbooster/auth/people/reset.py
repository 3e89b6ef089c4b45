"""A forgotten password: a link by email, what still logs in besides, and a new password."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, select, update

from ...context import Context
from ...mail import address as normal
from .. import emails, proofs
from ..events import IdentityChanged, PasswordChanged, note
from ..limits import count_asking, count_email
from ..models import User
from ..passkeys import queries as passkeys
from ..sessions import queries as sessions
from ..sso import identities
from ..sso import queries as sso
from ..sso.schemas import IdentityOut
from .registration import accepted_password


class PasskeyNamed(Struct, frozen=True):
    name: str
    used_at: datetime | None


class ResetPreview(Struct, frozen=True):
    """What still logs you in after your password is replaced."""

    identities: list[IdentityOut]
    passkeys: list[PasskeyNamed]
    """To remove one, log in: they are a second factor, which a link sent by email doesn't replace."""


async def ask_for_reset(ctx: Context, given: str, address: str | None) -> None:
    """
    Raises:
        Invalid: the address is none.
        TooMany: too many emails.
    """
    email = normal(given)
    await count_asking(ctx, address)
    await count_email(ctx, email)
    await proofs.ask(ctx, "reset", email)


async def preview_reset(ctx: Context, token: str) -> ResetPreview:
    """
    Raises:
        LinkSpent: the link does not work (any more).
    """
    user = await _resetting(ctx, token)
    theirs = await passkeys.of_user(ctx, user.id)
    named = [PasskeyNamed(each.name, each.used_at) for each in theirs]
    return ResetPreview(await identities.listed(ctx, user.id), named)


async def reset_password(ctx: Context, token: str, password: str, disconnect: Collection[UUID] = ()) -> UUID:
    """Set a password by the proof of the mailbox; every session ends, and so do the logins at providers that are to be
    disconnected. The second factor stays. Returns the user.

    Raises:
        LinkSpent: the link does not work (any more).
        Invalid: the password is weak.
        NotFound: they have no such login at a provider.
    """
    user = await _resetting(ctx, token)
    hashed = await accepted_password(ctx, password, [user.email, user.name])
    left = await preview_reset(ctx, token)
    leaving = [identities.named(left.identities, id) for id in disconnect]
    note(ctx, PasswordChanged(user.id, "link"))
    for each in leaving:
        note(ctx, IdentityChanged(user.id, each.provider, "unlinked"))
    proofs.notify(
        ctx,
        user.email,
        emails.password_reset,
        logins=", ".join(f"{each.provider_title} ({each.name})" for each in left.identities if each not in leaving),
        passkeys=", ".join(f"“{each.name}”" for each in left.passkeys),
        origin=ctx.app.settings.origin,
    )

    def change(connection: Connection) -> None:
        proofs.spend(connection, "reset", token, ctx.now)
        connection.execute(update(User).where(User.id == user.id).values(password=hashed))
        sso.unlink_those(connection, user.id, [each.id for each in leaving])
        proofs.revoke(connection, user.id, user.email)
        sessions.revoke(connection, user.id)

    await ctx.write(change)
    ctx.app.credentials.forget(user.id)
    return user.id


async def _resetting(ctx: Context, token: str) -> User:
    proof = await proofs.look(ctx, "reset", token)
    user = await ctx.platform.first(select(User).where(User.id == proof.user_id))
    if user is None or user.disabled_at is not None or user.email != proof.email:
        raise proofs.LinkSpent
    return user
