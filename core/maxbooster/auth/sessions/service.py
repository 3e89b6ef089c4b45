"""Logging in, staying in, going on elsewhere, logging out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select, update

from ...context import Context
from ...db.models import PLATFORM
from ...db.types import new_id
from ...errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound, StepUpRequired, TooMany
from ...identity import Identity, Way
from .. import cookies
from ..events import LoggedIn, RefreshReused, SessionRevoked, note
from ..jwt import Access
from ..limits import count_dead_token
from ..models import Account, Session, User
from ..passkeys import ceremonies
from ..passkeys import queries as passkeys
from ..passkeys.schemas import UsedCredential
from ..sso import providers as identity_providers
from . import proving, queries
from .proving import Proven
from .queries import AccountOut
from .schemas import Client, Login, Me, Proof, SignInProvider, Tokens, UserOut

# Logging in


class LoggedInBrowser(Struct, frozen=True):
    """Who is logged in now, and their cookie's token."""

    me: Me
    token: str


async def log_in(ctx: Context, given: Login, client: Client) -> LoggedInBrowser:
    """Open a browser's session, in place of the one that it may have.

    Raises:
        NotAuthenticated: e-mail address or password is wrong, or the user is disabled.
        SecondFactorRequired: the code is missing or wrong.
        TooMany: too many tries.
    """
    return await open_browser(ctx, await proving.prove(ctx, given, client), client)


async def log_in_with_passkey(ctx: Context, given: UsedCredential, client: Client) -> LoggedInBrowser:
    """The same by a passkey alone.

    Raises:
        NotAuthenticated: it isn't known, or didn't answer what we asked.
        TooMany: too many tries.
    """
    return await open_browser(ctx, await proving.prove_by_passkey(ctx, given, ceremonies.LOG_IN, client), client)


async def open_browser(ctx: Context, proven: Proven, client: Client, *, account: UUID | None = None) -> LoggedInBrowser:
    """A browser's session of whoever is proven, in place of the one that it may have. `account`: where they start,
    which may come to be with this; else the first that they are in."""
    if account is None:
        accounts = await queries.accounts(ctx, proven.user, proven.by.within if proven.by else None)
        account = accounts[0].id if accounts else None
    identity = _entered(ctx, proven.user, account, "session")
    replaced = client.cookies.get(cookies.name("session", ctx.app.settings))

    def admit(connection: Connection) -> str:
        if replaced:
            queries.close(connection, replaced)
        return _admit(connection, ctx, proven, identity, client)

    token = await _noted(ctx, proven, identity, client, admit)
    return LoggedInBrowser(await describe(ctx, identity, token=token), token)


async def issue_tokens(ctx: Context, given: Login, account: UUID | None, client: Client) -> Tokens:
    """Log an API client in: an access token for minutes, and the first of a family of refresh tokens.

    Raises:
        NotAuthenticated, SecondFactorRequired, TooMany: as in `log_in`.
        NotFound: the user is not in that account.
    """
    proven = await proving.prove(ctx, given, client)
    accounts = await queries.accounts(ctx, proven.user)
    if account is not None and account not in [each.id for each in accounts]:
        raise NotFound(f"There is no account {account}.", field="account")
    identity = _entered(ctx, proven.user, account or (accounts[0].id if accounts else None), "token")
    token = await _noted(
        ctx, proven, identity, client, lambda connection: _admit(connection, ctx, proven, identity, client)
    )
    return _tokens(ctx, identity, token)


def _entered(ctx: Context, user: User, account: UUID | None, way: Way) -> Identity:
    """The identity that a new session will have."""
    return Identity(account, user.id, frozenset(), way, new_id(), ctx.now)


async def _noted(
    ctx: Context, proven: Proven, identity: Identity, client: Client, admit: Callable[[Connection], str]
) -> str:
    assert identity.credential is not None
    kind = _KIND[identity.way]
    note(ctx, LoggedIn(proven.user.id, identity.credential, kind, client.address, client.agent[:300], proven.factors))
    return await ctx.write(admit)


_KIND = {"session": "browser", "token": "client"}


def _admit(connection: Connection, ctx: Context, proven: Proven, identity: Identity, client: Client) -> str:
    proven.write_down(connection)
    settings, kind = ctx.app.settings, _KIND[identity.way]
    lifetime = timedelta(days=settings.session_days if kind == "browser" else settings.refresh_days)
    if proven.by is not None:
        lifetime = min(lifetime, timedelta(hours=settings.provider_session_h))
    return queries.open_session(
        connection,
        identity.credential or new_id(),
        kind,
        proven.user.id,
        identity.account,
        now=ctx.now,
        lifetime=lifetime,
        address=client.address,
        agent=client.agent,
        by=proven.by,
    )


# While logged in


async def describe(
    ctx: Context, identity: Identity, *, accounts: Sequence[AccountOut] | None = None, token: str | None = None
) -> Me:
    """Who this is, and where; for a browser with what its pages need to send (`csrf`)."""
    if identity.credential is not None and identity.way in ("session", "token"):  # as it stands after this unit
        identity = await ctx.app.credentials.of_session(identity.credential, identity.way) or identity
    permissions, csrf = sorted(identity.permissions), cookies.csrf_token(token) if token else None
    newest = select(User).where(User.id == identity.user).execution_options(populate_existing=True)
    user = await ctx.platform.first(newest) if identity.user else None
    if user is None:
        return Me(None, await _unattended(ctx, identity), [], permissions)
    found = list(accounts) if accounts is not None else await queries.accounts(ctx, user, identity.within)
    current = next((each for each in found if each.id == identity.account), None)
    below = await queries.sub_accounts(ctx, current.id) if current and "subaccount.read" in permissions else 0
    return Me(
        user_out(user),
        current,
        found,
        permissions,
        identity.proved_at,
        len(await passkeys.of_user(ctx, user.id)),
        identity.lacks_factor,
        identity.lacks_sign_in,
        identity.within,
        [
            SignInProvider(each.name, each.title)
            for each in await identity_providers.proving(ctx, user.id, identity.within)
        ],
        csrf,
        below,
    )


async def _unattended(ctx: Context, identity: Identity) -> AccountOut | None:
    """The account of a key that is nobody's."""
    name = await ctx.platform.first(select(Account.name).where(Account.id == identity.account))
    return AccountOut(identity.account, name, "key") if identity.account is not None and name is not None else None


def user_out(user: User) -> UserOut:
    return UserOut(
        user.id,
        user.email,
        user.name,
        user.totp_since is not None,
        user.operator,
        user.erase_at,
        user.password is not None,
    )


async def prove(ctx: Context, given: Proof, client: Client) -> LoggedInBrowser:
    """Prove once more who one is; a browser's cookie is rotated.

    Raises:
        NotAllowed: an API key cannot.
        NotAuthenticated, SecondFactorRequired, TooMany: as in `log_in`.
    """
    identity = _of_person(ctx)
    user = await ctx.platform.first(select(User).where(User.id == identity.user))
    assert user is not None
    return await renew_proof(ctx, await _proven_again(ctx, user, given, client))


async def renew_proof(ctx: Context, proven: Proven) -> LoggedInBrowser:
    """The session's proof is fresh again.

    Raises:
        NotAllowed: an API key cannot.
    """
    identity = _of_person(ctx)

    def renew(connection: Connection) -> str | None:
        proven.write_down(connection)
        return _renewed(connection, identity, proved_at=ctx.now)

    token = await _still(ctx.write(renew))
    ctx.app.credentials.forget(proven.user.id)
    return LoggedInBrowser(await describe(ctx, identity, token=token), token)


async def _proven_again(ctx: Context, user: User, given: Proof, client: Client) -> Proven:
    if given.password is not None:
        return await proving.prove(ctx, Login(user.email, given.password, given.code, given.passkey), client)
    if given.passkey is None:
        raise Invalid("Enter your password, or use a passkey.", field="password")
    return await proving.prove_by_passkey(ctx, given.passkey, ceremonies.proving(user.id), client)


async def passkey_options(ctx: Context) -> dict[str, Any]:
    """What the browser needs to prove once more, by a passkey, who one is.

    Raises:
        NotAllowed: an API key cannot.
        Conflict: there is no passkey, or none can be used at this address.
    """
    user = _of_person(ctx).user
    assert user is not None
    known = await passkeys.of_user(ctx, user)
    if not known:
        raise Conflict("You have no passkey; add one in your profile.")
    return ceremonies.request_options(ctx, ceremonies.proving(user), known)


async def switch(ctx: Context, account: UUID) -> LoggedInBrowser:
    """Go on in another account of the same user; a browser's cookie is rotated.

    Raises:
        NotFound: the user is not in that account.
        StepUpRequired: the platform's own account needs a recent proof of who one is.
    """
    identity = _of_person(ctx)
    user = await ctx.platform.first(select(User).where(User.id == identity.user))
    assert user is not None
    accounts = await queries.accounts(ctx, user, identity.within)
    if account not in [each.id for each in accounts]:
        raise NotFound(f"There is no account {account}.", field="account")
    recently = timedelta(minutes=ctx.app.settings.step_up_minutes)
    if account == PLATFORM and (identity.proved_at is None or ctx.now - identity.proved_at > recently):
        raise StepUpRequired("Prove once more who you are before you work as staff.")
    ctx.audit("account.switched", f"core_account:{account}")
    token = await _still(ctx.write(lambda connection: _renewed(connection, identity, account_id=account)))
    ctx.app.credentials.forget(user.id)
    entered = msgspec.structs.replace(identity, account=account, permissions=frozenset())
    return LoggedInBrowser(await describe(ctx, entered, accounts=accounts, token=token), token)


def _renewed(connection: Connection, identity: Identity, **changes: Any) -> str | None:
    """A browser gets a new token; an API client keeps its refresh token, which it rotates by itself."""
    assert identity.credential is not None
    if identity.way == "session":
        return queries.rotate(connection, identity.credential, "browser", **changes)
    changed = connection.execute(update(Session).where(Session.id == identity.credential).values(**changes))
    return "" if changed.rowcount else None


async def _still(renewing: Awaitable[str | None]) -> str:
    token = await renewing
    if token is None:
        raise NotAuthenticated("This session was ended in the meantime; log in again.")
    return token


def _of_person(ctx: Context) -> Identity:
    """
    Raises:
        NotAllowed: the caller is an API key.
    """
    identity = ctx.identity
    if identity is None or identity.user is None or identity.way not in ("session", "token"):
        raise NotAllowed("An API key cannot do this; log in.")
    return identity


async def log_out(ctx: Context) -> None:
    """
    Raises:
        NotAllowed: an API key cannot; revoke it instead.
    """
    identity = _of_person(ctx)
    await revoke(ctx, identity, "logged out", only=identity.credential)


async def revoke(
    ctx: Context, identity: Identity, reason: str, *, only: UUID | None = None, but: UUID | None = None
) -> list[UUID]:
    """End one of the caller's sessions, or all but one."""
    assert identity.user is not None
    note(ctx, SessionRevoked(identity.user, only, reason))
    ended = await ctx.write(queries.revoke, identity.user, only, but)
    ctx.app.credentials.forget(identity.user)
    return ended


async def end_device(ctx: Context, session: UUID) -> None:
    """
    Raises:
        NotFound: the caller has no such session.
    """
    identity = _of_person(ctx)
    theirs = select(Session.id).where(Session.id == session, Session.user_id == identity.user)
    if await ctx.platform.first(theirs) is None:
        raise NotFound(f"There is no device {session}.")
    await revoke(ctx, identity, "device removed", only=session)


async def end_other_devices(ctx: Context) -> int:
    identity = _of_person(ctx)
    return len(await revoke(ctx, identity, "others removed", but=identity.credential))


# API clients


async def refresh(ctx: Context, given: str) -> Tokens:
    """
    Raises:
        NotAuthenticated: it is unknown, expired, or was used before; then its whole family ends.
    """
    lifetime, at_most = (timedelta(days=days) for days in (ctx.app.settings.refresh_days, ctx.app.settings.client_days))
    found = await ctx.app.database.write(
        lambda connection: queries.refresh(connection, given, ctx.now, lifetime=lifetime, at_most=at_most)
    )
    if found.token is not None:
        identity = Identity(found.account, found.user, frozenset(), "token", found.session)
        return _tokens(ctx, identity, found.token)
    if found.session is not None and found.user is not None:
        note(ctx, RefreshReused(found.user, found.session, ctx.address))
        await ctx.commit()
        ctx.app.credentials.forget(found.user)
    if found.wait_s:
        raise TooMany("These tokens were refreshed too often; use the newest.", retry_after_s=found.wait_s)
    await count_dead_token(ctx)
    raise NotAuthenticated("This refresh token is not valid; log in again.")


def _tokens(ctx: Context, identity: Identity, token: str) -> Tokens:
    assert identity.user is not None
    assert identity.credential is not None
    lifetime = timedelta(minutes=ctx.app.settings.token_minutes)
    access = Access(identity.user, identity.credential, identity.account, ctx.now, ctx.now + lifetime)
    return Tokens(ctx.app.signer.sign(access), token, int(lifetime.total_seconds()), identity.account)


async def revoke_tokens(ctx: Context, given: str) -> None:
    """End the family of a refresh token; nothing happens if there is none (RFC 7009 §2.2)."""
    found = await ctx.platform.first(select(Session).where(Session.hash == queries.hash_of(given)))
    if found is not None:
        note(ctx, SessionRevoked(found.user_id, found.id, "logged out"))
        await ctx.write(queries.revoke, found.user_id, found.id)
        ctx.app.credentials.forget(found.user_id)
    else:
        await count_dead_token(ctx)
