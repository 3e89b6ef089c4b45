"""The second factor: an authenticator app, and recovery codes for when it is lost."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from ...context import Context
from ...errors import Conflict, Invalid
from .. import emails, proofs, totp
from ..events import SecondFactorChanged, note
from ..models import RecoveryCode, User, totp_place
from ..passkeys.models import Passkey
from ..sessions.service import LoggedInBrowser
from .oneself import alone, gone_on, oneself


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
    note_factor(ctx, user, "on")

    def confirm(connection: Connection) -> str:
        begun = update(User).where(User.id == user.id, User.totp_since.is_(None), User.totp_secret == user.totp_secret)
        if not connection.execute(begun.values(totp_since=ctx.now, totp_step=step)).rowcount:
            raise Conflict("The second factor was changed in the meantime.")
        replace_codes(connection, user.id, codes)
        return alone(connection, ctx, user.id)

    return codes, await gone_on(ctx, confirm)


async def remove_totp(ctx: Context) -> LoggedInBrowser:
    """Logins ask for the password alone again."""
    user = await oneself(ctx)
    note_factor(ctx, user, "off")

    def remove(connection: Connection) -> str:
        forget_totp(connection, user.id)
        return alone(connection, ctx, user.id)

    return await gone_on(ctx, remove)


def forget_totp(connection: Connection, user: UUID) -> None:
    connection.execute(update(User).where(User.id == user).values(totp_secret=None, totp_since=None, totp_step=-1))
    forget_idle_codes(connection, user)


def forget_factors(connection: Connection, user: UUID) -> None:
    """The app and every passkey: for somebody who has lost them."""
    connection.execute(delete(Passkey).where(Passkey.user_id == user))
    forget_totp(connection, user)


def forget_idle_codes(connection: Connection, user: UUID) -> None:
    """Recovery codes stand in for a second factor; without one they are worth nothing."""
    if not has_factor(connection, user):
        connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))


def has_factor(connection: Connection, user: UUID) -> bool:
    app = select(User.id).where(User.id == user, User.totp_since.is_not(None))
    passkey = select(Passkey.id).where(Passkey.user_id == user)
    return bool(connection.execute(select(or_(exists(app), exists(passkey)))).scalar_one())


async def renew_recovery_codes(ctx: Context) -> list[str]:
    """New recovery codes; the old ones are worth nothing.

    Raises:
        Conflict: there is no second factor.
    """
    user = await oneself(ctx)
    if not await ctx.read(lambda connection: has_factor(connection, user.id)):
        raise Conflict("Set up a second factor first; recovery codes stand in for it.")
    codes = totp.new_recovery_codes()
    note_factor(ctx, user, "new recovery codes")
    await ctx.write(replace_codes, user.id, codes)
    return codes


def note_factor(ctx: Context, user: User, change: str) -> None:
    note(ctx, SecondFactorChanged(user.id, change))
    proofs.notify(ctx, user.email, emails.second_factor_changed, change=change, origin=ctx.app.settings.origin)


def replace_codes(connection: Connection, user: UUID, codes: list[str]) -> None:
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user))
    rows = [{"user_id": user, "hash": totp.recovery_hash(user, code)} for code in codes]
    connection.execute(insert(RecoveryCode), rows)
