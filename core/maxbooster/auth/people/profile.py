"""What a person changes about themselves: name, password, e-mail address."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select, update

from ...context import Context
from ...db import directory
from ...errors import Conflict, Invalid, refuse_overwriting
from ...mail import address as normal
from ...mail import mailboxes
from .. import emails, proofs
from ..events import EmailChanged, PasswordChanged, note
from ..limits import count_email, count_guess
from ..models import User
from ..sessions.service import LoggedInBrowser
from ..sso import queries as sso
from .oneself import alone, gone_on, oneself
from .registration import accepted_password


async def rename(ctx: Context, name: str, expected: str | None = None) -> User:
    """
    Raises:
        Conflict: the name isn't what was `expected`.
    """
    user = await oneself(ctx)
    refuse_overwriting(expected, user.name)
    ctx.audit("user.renamed", f"core_user:{user.id}")
    user.name = name.strip()
    await ctx.commit()
    return user


# Password


async def change_password(ctx: Context, current: str, password: str) -> LoggedInBrowser:
    """Choose another password; every other session ends, this one is rotated.

    Raises:
        Invalid: the current password is wrong, or the new one is weak.
        TooMany: too many tries.
    """
    user = await oneself(ctx)
    await count_guess(ctx, f"password:{user.id}")
    verdict = await ctx.app.hasher.verify(current, user.password)
    if not verdict.right:
        raise Invalid("The current password is wrong.", field="current")
    hashed = await accepted_password(ctx, password, [user.email, user.name])
    note(ctx, PasswordChanged(user.id, "owner"))
    proofs.notify(ctx, user.email, emails.password_changed, origin=ctx.app.settings.origin)

    def change(connection: Connection) -> str:
        connection.execute(update(User).where(User.id == user.id).values(password=hashed))
        proofs.revoke(connection, user.id, user.email)
        return alone(connection, ctx, user.id)

    return await gone_on(ctx, change)


# E-mail address


async def ask_for_new_email(ctx: Context, given: str) -> None:
    """
    Raises:
        Invalid: the address is none, or is the present one.
        TooMany: too many emails.
    """
    user = await oneself(ctx)
    email = normal(given)
    if email == user.email:
        raise Invalid("This is your address already.", field="email")
    await _refuse_leaving(ctx, user.id)
    await count_email(ctx, email)
    await proofs.ask(ctx, "email", email, user=user.id)


async def _refuse_leaving(ctx: Context, user: UUID) -> None:
    """
    Raises:
        Conflict: the address is what an account knows them by, which asks its members to sign in at its own provider.
    """
    account = await ctx.read(lambda connection: sso.bound_by_email(connection, user))
    if account is not None:
        raise Conflict(
            f"By your present address {account} knows that you sign in at its provider, so it can't be changed while"
            " you are a member there. Leave the account first, or ask its owner.",
            field="email",
        )


async def ask_to_confirm_email(ctx: Context) -> None:
    """
    Raises:
        Conflict: email arrives there, as far as anybody knows.
        TooMany: too many emails.
    """
    user = await oneself(ctx)
    if await mailboxes.takes(ctx, user.id, user.email):
        raise Conflict("Your address needs no confirmation: email to it arrives.")
    await count_email(ctx, user.email)
    await proofs.ask(ctx, "email", user.email, user=user.id)


async def change_email(ctx: Context, token: str) -> str:
    """The proof of the new address came; the old one is told, and every other link to it is dead. Of the same address,
    it takes email again.

    Raises:
        LinkSpent: the link does not work (any more).
        Conflict: somebody took the address in the meantime.
    """
    proof = await proofs.look(ctx, "email", token)
    user = await ctx.platform.first(select(User).where(User.id == proof.user_id))
    if user is None or user.disabled_at is not None:
        raise proofs.LinkSpent
    if proof.email == user.email:
        await mailboxes.confirm(ctx, user.id)
        await ctx.write(proofs.spend, "email", token, ctx.now)
        return proof.email
    await _refuse_leaving(ctx, user.id)
    note(ctx, EmailChanged(user.id))
    proofs.notify(ctx, user.email, emails.address_changed, new=proof.email, origin=ctx.app.settings.origin)

    def change(connection: Connection) -> None:
        proofs.spend(connection, "email", token, ctx.now)
        held = connection.execute(select(User.email).where(User.id == user.id).with_for_update()).scalar_one()
        directory.release_from_directory(connection, "email", held, user.id)
        directory.claim_in_directory(connection, "email", proof.email, user.id, at=ctx.now, user=user.id)
        proofs.revoke(connection, user.id, held)
        connection.execute(update(User).where(User.id == user.id).values(email=proof.email))

    await ctx.write(change)
    return proof.email
