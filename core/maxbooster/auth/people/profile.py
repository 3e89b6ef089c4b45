"""What a person changes about themselves: password, e-mail address, second factor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from ...context import Context
from ...db import directory
from ...errors import Conflict, Invalid, NotAllowed
from ...identity import Identity
from ...mail import address as normal
from .. import letters, proofs, totp
from ..events import EmailChanged, PasswordChanged, SecondFactorChanged, note
from ..limits import count_asking, count_guess, count_letter
from ..models import RecoveryCode, User, totp_place
from ..sessions import queries as sessions
from ..sessions.service import LoggedInBrowser, describe
from .registration import accepted_password


async def oneself(ctx: Context) -> User:
    """
    Raises:
        NotAllowed: the caller is a key that belongs to nobody.
    """
    user = await ctx.platform.first(select(User).where(User.id == ctx.user)) if ctx.user else None
    if user is None:
        raise NotAllowed("This key belongs to an account, not to a person; log in.")
    return user


async def rename(ctx: Context, name: str) -> User:
    user = await oneself(ctx)
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
    proofs.notify(ctx, letters.password_changed(user.email, ctx.app.settings.origin))

    def change(connection: Connection) -> str:
        connection.execute(update(User).where(User.id == user.id).values(password=hashed))
        proofs.revoke(connection, user.id, user.email)
        return _alone(connection, ctx, user.id)

    return await _gone_on(ctx, change)


async def ask_for_reset(ctx: Context, given: str, address: str | None) -> None:
    """
    Raises:
        Invalid: the address is none.
        TooMany: too many letters.
    """
    email = normal(given)
    await count_asking(ctx, address)
    await count_letter(ctx, email)
    await proofs.ask(ctx, "reset", email)


async def reset_password(ctx: Context, token: str, password: str) -> UUID:
    """Set a password by the proof of the mailbox; every session ends. The second factor stays. Returns the user.

    Raises:
        LinkSpent: the link does not work (any more).
        Invalid: the password is weak.
    """
    proof = await proofs.look(ctx, "reset", token)
    user = await ctx.platform.first(select(User).where(User.id == proof.user_id))
    if user is None or user.disabled_at is not None or user.email != proof.email:
        raise proofs.LinkSpent
    hashed = await accepted_password(ctx, password, [user.email, user.name])
    note(ctx, PasswordChanged(user.id, "link"))
    proofs.notify(ctx, letters.password_changed(user.email, ctx.app.settings.origin))

    def change(connection: Connection) -> None:
        proofs.spend(connection, "reset", token, ctx.now)
        connection.execute(update(User).where(User.id == user.id).values(password=hashed))
        proofs.revoke(connection, user.id, user.email)
        sessions.revoke(connection, user.id)

    await ctx.write(change)
    ctx.app.credentials.forget(user.id)
    return user.id


# E-mail address


async def ask_for_new_email(ctx: Context, given: str) -> None:
    """
    Raises:
        Invalid: the address is none, or is the present one.
        TooMany: too many letters.
    """
    user = await oneself(ctx)
    email = normal(given)
    if email == user.email:
        raise Invalid("This is your address already.", field="email")
    await count_letter(ctx, email)
    await proofs.ask(ctx, "email", email, user=user.id)


async def change_email(ctx: Context, token: str) -> str:
    """The proof of the new address came; the old one is told, and every other link to it is dead.

    Raises:
        LinkSpent: the link does not work (any more).
        Conflict: somebody took the address in the meantime.
    """
    proof = await proofs.look(ctx, "email", token)
    user = await ctx.platform.first(select(User).where(User.id == proof.user_id))
    if user is None or user.disabled_at is not None:
        raise proofs.LinkSpent
    note(ctx, EmailChanged(user.id))
    proofs.notify(ctx, letters.address_changed(user.email, proof.email, ctx.app.settings.origin))

    def change(connection: Connection) -> None:
        proofs.spend(connection, "email", token, ctx.now)
        held = connection.execute(select(User.email).where(User.id == user.id).with_for_update()).scalar_one()
        directory.release(connection, "email", held, user.id)
        directory.claim(connection, "email", proof.email, user.id, at=ctx.now, user=user.id)
        proofs.revoke(connection, user.id, held)
        connection.execute(update(User).where(User.id == user.id).values(email=proof.email))

    await ctx.write(change)
    return proof.email


# Second factor


async def begin_totp(ctx: Context) -> tuple[str, str]:
    """A secret for the authenticator app, and its address. It counts once a code of it was sent back.

    Raises:
        Conflict: a second factor is set up already.
    """
    user = await oneself(ctx)
    if user.totp_since is not None:
        raise Conflict("A second factor is set up already; take it off first.")
    secret = totp.new_secret()
    user.totp_secret = ctx.app.keyring.seal(secret, totp_place(user.id))
    user.totp_step = -1
    await ctx.commit()
    return secret, totp.uri(secret, user.email)


async def confirm_totp(ctx: Context, code: str) -> tuple[list[str], LoggedInBrowser]:
    """From now on logins ask for a code. Other sessions end, this one is rotated. Returns the recovery codes.

    Raises:
        Conflict: there is no secret to confirm.
        Invalid: the code is wrong.
    """
    user = await oneself(ctx)
    if user.totp_since is not None or user.totp_secret is None:
        raise Conflict("There is no second factor to confirm; begin with a new secret.")
    step = totp.step_of(ctx.app.keyring.open(user.totp_secret, totp_place(user.id)), code, ctx.now)
    if step is None:
        raise Invalid("That code is wrong. Is the phone's clock right?", field="code")
    codes = totp.new_recovery_codes()
    _note_factor(ctx, user, "on")

    def confirm(connection: Connection) -> str:
        begun = update(User).where(User.id == user.id, User.totp_since.is_(None), User.totp_secret == user.totp_secret)
        if not connection.execute(begun.values(totp_since=ctx.now, totp_step=step)).rowcount:
            raise Conflict("The second factor was changed in the meantime.")
        _replace_codes(connection, user.id, codes)
        return _alone(connection, ctx, user.id)

    return codes, await _gone_on(ctx, confirm)


async def remove_totp(ctx: Context) -> LoggedInBrowser:
    """Logins ask for the password alone again."""
    user = await oneself(ctx)
    _note_factor(ctx, user, "off")

    def remove(connection: Connection) -> str:
        forget_totp(connection, user.id)
        return _alone(connection, ctx, user.id)

    return await _gone_on(ctx, remove)


def forget_totp(connection: Connection, user: UUID) -> None:
    connection.execute(update(User).where(User.id == user).values(totp_secret=None, totp_since=None, totp_step=-1))
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))


async def renew_recovery_codes(ctx: Context) -> list[str]:
    """New recovery codes; the old ones are worth nothing.

    Raises:
        Conflict: there is no second factor.
    """
    user = await oneself(ctx)
    if user.totp_since is None:
        raise Conflict("Set up a second factor first; recovery codes stand in for it.")
    codes = totp.new_recovery_codes()
    _note_factor(ctx, user, "new recovery codes")
    await ctx.write(_replace_codes, user.id, codes)
    return codes


def _note_factor(ctx: Context, user: User, change: str) -> None:
    note(ctx, SecondFactorChanged(user.id, change))
    proofs.notify(ctx, letters.second_factor_changed(user.email, change, ctx.app.settings.origin))


def _replace_codes(connection: Connection, user: UUID, codes: list[str]) -> None:
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))
    rows = [{"user_id": user, "hash": totp.recovery_hash(user, code)} for code in codes]
    connection.execute(insert(RecoveryCode), rows)


# The session in which it is done


def _alone(connection: Connection, ctx: Context, user: UUID) -> str:
    """End every other session, and rotate this one."""
    identity = ctx.identity
    assert identity is not None
    sessions.revoke(connection, user, None, identity.credential)
    if identity.way != "session" or identity.credential is None:
        return ""
    return sessions.rotate(connection, identity.credential, "browser", proved_at=ctx.now) or ""


async def _gone_on(ctx: Context, change: Any) -> LoggedInBrowser:
    token = await ctx.write(change)
    identity: Identity | None = ctx.identity
    assert identity is not None
    assert identity.user is not None
    ctx.app.credentials.forget(identity.user)
    proved = msgspec.structs.replace(identity, proved_at=ctx.now)
    return LoggedInBrowser(await describe(ctx, proved, token=token or None), token)
