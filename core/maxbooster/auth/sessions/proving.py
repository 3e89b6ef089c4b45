"""Proving who one is: by a password and a second factor, or by a passkey, which is both.

Tries are counted before they are judged: for each network address, and for each e-mail address, whether or not
somebody has it. A device on which the user has been logged in is counted apart (OWASP, "device cookies"): strangers
who guess cannot lock the owner out of it, and a reset link opens any other.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, ClassVar, Never

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from ...context import Context
from ...errors import Conflict, Invalid, NotAuthenticated, TooMany
from ...mail import address as normal
from .. import cookies, throttle, totp
from ..events import LoginRefused, note
from ..limits import take
from ..models import RecoveryCode, User, totp_place
from ..passkeys import ceremonies
from ..passkeys import queries as passkeys
from ..passkeys.ceremonies import PasskeyUse
from ..passkeys.models import Passkey
from ..passkeys.schemas import UsedCredential
from ..throttle import Limit
from . import queries
from .queries import ByProvider
from .schemas import Client, Login

PER_ADDRESS = Limit("login.address", burst=50, per_s=5)
PER_EMAIL = Limit("login.email", burst=10, per_s=60)
PER_DEVICE = Limit("login.device", burst=10, per_s=60)


class SecondFactorRequired(NotAuthenticated):
    """The password is right; send it again with a `code`, or with what a passkey answers to `passkey`, where that is
    among the members of this problem."""

    type = "second-factor-required"
    title = "Two-factor authentication is required"
    headers: ClassVar[dict[str, str]] = {}


class Proven(Struct, frozen=True):
    """Who proved themselves, and what the same transaction must now write down."""

    user: User
    counted: tuple[Limit, str] | None = None
    rehash: str | None = None
    step: int | None = None
    recovery: bytes | None = None
    passkey: PasskeyUse | None = None
    by: ByProvider | None = None
    also: Callable[[Connection], None] | None = None
    """What else is written with it, before the rest."""

    @property
    def factors(self) -> str:
        """By which they proved themselves, for the audit trail."""
        second = "code" if self.step is not None else "recovery code" if self.recovery is not None else ""
        first = "provider" if self.by else "password" if self.is_by_password else ""
        return " and ".join(each for each in (first, second or ("passkey" if self.passkey else "")) if each)

    @property
    def is_by_password(self) -> bool:
        return self.by is None and (self.passkey is None or self.counted is not None)

    def write_down(self, connection: Connection) -> None:
        """
        Raises:
            SecondFactorRequired: the code was used up in the meantime.
            NotAuthenticated: so was what the passkey answered, or it was deleted.
        """
        user = self.user.id
        if self.also is not None:
            self.also(connection)
        if self.passkey is not None:
            self.passkey.write_down(connection)
        if self.step is not None:
            later = update(User).where(User.id == user, User.totp_step < self.step).values(totp_step=self.step)
            _refuse_unless(connection.execute(later).rowcount)
        if self.recovery is not None:
            _refuse_unless(connection.execute(delete(RecoveryCode).where(RecoveryCode.hash == self.recovery)).rowcount)
        if self.rehash is not None:
            unchanged = update(User).where(User.id == user, User.password == self.user.password)
            connection.execute(unchanged.values(password=self.rehash))
        if self.counted is not None:
            throttle.forgive(connection, *self.counted)


def _refuse_unless(rows: int) -> None:
    if not rows:
        raise SecondFactorRequired("That code was used already; wait for the next.", field="code")


async def prove(ctx: Context, given: Login, client: Client) -> Proven:
    """
    Raises:
        NotAuthenticated: e-mail address or password is wrong, or the user is disabled.
        SecondFactorRequired: the code is missing or wrong.
        TooMany: too many tries.
        Overloaded: too many passwords wait to be checked.
    """
    began = monotonic()
    try:
        email = normal(given.email)
    except Invalid:
        email = given.email
    user = await queries.user_of(ctx, email)
    device = cookies.device_of(client.cookies, user.id if user else None, ctx.app.keyring, ctx.app.settings)
    counted = (PER_DEVICE, device) if device else (PER_EMAIL, email)
    await _count(ctx, user, client, counted)
    verdict = await ctx.app.hasher.verify(given.password, user.password if user else None)
    if user is None or not verdict.right or user.disabled_at is not None:
        await _refuse(ctx, user, "disabled" if verdict.right else "password", client, began)
    proven = Proven(user, counted, verdict.rehash)
    return await second_factor(ctx, proven, given, client, began)


async def prove_by_passkey(ctx: Context, given: UsedCredential, purpose: str, client: Client) -> Proven:
    """By possession of the passkey and by what unlocks it, so that no other factor is asked for.

    Raises:
        NotAuthenticated: it isn't known, didn't answer our request, or its owner is disabled.
        TooMany: too many tries from this address.
    """
    await _count(ctx, None, client, None)
    passkey = await passkeys.by_credential(ctx, ceremonies.credential_id(given.id))
    user = await ctx.platform.first(select(User).where(User.id == passkey.user_id)) if passkey is not None else None
    try:
        if passkey is None or user is None:
            raise NotAuthenticated("This passkey isn't known here; it may have been removed from your profile.")
        used = ceremonies.verify_use(ctx, given, passkey, purpose)
        if user.disabled_at is not None:
            raise NotAuthenticated("This passkey was not accepted.")
    except NotAuthenticated:
        note(ctx, LoginRefused(user.id if user else None, "passkey", client.address))
        await ctx.commit()
        raise
    return Proven(user, passkey=used)


async def _count(ctx: Context, user: User | None, client: Client, counted: tuple[Limit, str] | None) -> None:
    """
    Raises:
        TooMany: this is one try too many, from this address or for this e-mail address.
    """
    limits = [counted] if counted else []
    if client.address:
        limits.insert(0, (PER_ADDRESS, throttle.network(client.address)))
    if wait := await take(ctx, *limits):
        note(ctx, LoginRefused(user.id if user else None, "too many", client.address))
        await ctx.commit()
        raise TooMany(
            f"Too many attempts; try again in {math.ceil(wait)} s. Resetting your password by email works right away.",
            retry_after_s=wait,
        )


async def _refuse(ctx: Context, user: User | None, reason: str, client: Client, began: float) -> Never:
    """The same words after the same time, whatever was wrong."""
    note(ctx, LoginRefused(user.id if user else None, reason, client.address))
    await ctx.commit()
    await _wait_until(ctx, began)
    raise NotAuthenticated("The email address or password is wrong.")


async def _wait_until(ctx: Context, began: float) -> None:
    await asyncio.sleep(max(0.0, began + ctx.app.settings.login_floor_ms / 1000 - monotonic()))


async def second_factor(ctx: Context, proven: Proven, given: Login, client: Client, began: float) -> Proven:
    """With the second factor, where the user has one.

    Raises:
        SecondFactorRequired: it is missing or wrong.
        NotAuthenticated: the passkey isn't theirs, or didn't answer.
    """
    user, known = proven.user, await passkeys.of_user(ctx, proven.user.id)
    if user.totp_since is None and not known:
        return proven
    if given.passkey is not None:
        return await _with_passkey(ctx, proven, given.passkey, client)
    if not given.code:
        raise _what_is_asked(ctx, user, known)
    if (step := _step(ctx, user, given.code)) is not None:
        return msgspec.structs.replace(proven, step=step)
    recovery = totp.recovery_hash(user.id, given.code)
    if await ctx.platform.first(select(RecoveryCode.hash).where(RecoveryCode.hash == recovery)) is not None:
        return msgspec.structs.replace(proven, recovery=recovery)
    note(ctx, LoginRefused(user.id, "code", client.address))
    await ctx.commit()
    await _wait_until(ctx, began)
    raise SecondFactorRequired("That code is wrong or was used already; wait for the next.", field="code")


def _step(ctx: Context, user: User, code: str) -> int | None:
    """Which step of the authenticator app the code belongs to."""
    if user.totp_since is None or user.totp_secret is None:
        return None
    secret = ctx.app.keyring.open(user.totp_secret, totp_place(user.id))
    return totp.step_of(secret, code, ctx.now, after=user.totp_step)


async def _with_passkey(ctx: Context, proven: Proven, given: UsedCredential, client: Client) -> Proven:
    """
    Raises:
        NotAuthenticated: it isn't theirs, or didn't answer.
    """
    by = await prove_by_passkey(ctx, given, ceremonies.proving(proven.user.id), client)
    return msgspec.structs.replace(proven, passkey=by.passkey)


def _what_is_asked(ctx: Context, user: User, known: Sequence[Passkey]) -> SecondFactorRequired:
    app, options = user.totp_since is not None, _requested(ctx, user, known)
    more = {"passkey": {"publicKey": options}} if options else {}
    words = "Enter the code from your authenticator app." if app else "Use your passkey, or enter a recovery code."
    return SecondFactorRequired(words, field="code", **more)


def _requested(ctx: Context, user: User, known: Sequence[Passkey]) -> dict[str, Any] | None:
    try:
        return ceremonies.request_options(ctx, ceremonies.proving(user.id), known) if known else None
    except Conflict:  # no passkey can be used at this address
        return None


async def passkey_in_place_of_code(ctx: Context, user: User) -> dict[str, Any] | None:
    """What the browser needs to use a passkey as the second factor; None: they have none."""
    return _requested(ctx, user, await passkeys.of_user(ctx, user.id))
