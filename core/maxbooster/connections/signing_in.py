"""Signing in by OAuth: to the provider and back, once, in one browser, within ten minutes."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from ..context import Context
from ..db.types import new_id
from ..errors import Invalid, NotReady
from ..oauth import protocol as oauth
from ..oauth.login import OAuthLogin
from ..oauth.round_trip import (
    MINUTES,
    Returned,
    Secrets,
    begun_elsewhere,
    hashed,
    new_state,
    refuse_mix_up,
    said_instead,
)
from . import keeping, providers, queries
from .models import ConnectionRow, SignInRow
from .providers import Provider
from .tokens import Lifetime, Tokens

RETURN_PATH = "/connections/return/"
"""Where providers send the browser back: a page of our own for each, so that one cannot answer for another."""


def redirect_uri(ctx: Context, provider: Provider) -> str:
    """What the operator registers at the provider."""
    return f"{ctx.app.settings.origin}{RETURN_PATH}{provider.name}"


async def begin(ctx: Context, name: str, connection: UUID | None) -> str:
    """Where the browser goes now. `connection`: which is to be restored; None: a new one.

    Raises:
        NotFound: there is no such provider or connection.
        Invalid: one does not log in there by OAuth, or the connection is another provider's.
        NotReady: the operator has not set it up.
    """
    provider = await providers.named(ctx, name)
    login = _oauth(provider)
    if not provider.is_ready:
        raise NotReady(f"{provider.title} is not set up here: the operator enters client_id in the section [{name}].")
    if connection is not None and (await ctx.get(ConnectionRow, connection)).provider != name:
        raise Invalid(f"This connection is not one at {provider.title}.", field="connection")
    state, kept = new_state(), Secrets.new()
    id = new_id()
    ctx.add(
        SignInRow(
            id=id,
            hash=hashed(state),
            session_id=ctx.identity.credential if ctx.identity else None,
            user_id=ctx.user,
            provider=name,
            connection_id=connection,
            sealed=ctx.app.keyring.seal(msgspec.json.encode(kept).decode(), _place(ctx.account, id)),
            expires_at=ctx.now + timedelta(minutes=MINUTES),
        )
    )
    return oauth.authorize_url(login, redirect_uri(ctx, provider), state, kept.verifier, kept.nonce)


async def complete(ctx: Context, name: str, returned: Returned) -> ConnectionRow:
    """The connection that a sign-in leads to: a new one, or the one that it restores. The sign-in is used up by then,
    whatever comes of it.

    Raises:
        Invalid: it was not begun here, or is over; the provider or its answer is not the one that was asked for; the
            person or the provider declined.
        Conflict: somebody else signed in than the connection belongs to.
        AuthFailed: the provider refuses the code, or does not prove who it is.
        NotReady: the provider cannot be reached, or answers nothing that can be used.
    """
    begun = await ctx.app.database.write(
        lambda connection: queries.take_sign_in(
            connection, ctx.account, hashed(returned.state), ctx.identity.credential if ctx.identity else None
        )
    )
    if begun is None or begun.expires_at <= ctx.now or begun.user_id != ctx.user:
        raise begun_elsewhere()
    if begun.provider != name:
        raise Invalid(f"This sign-in was started at {begun.provider}, not at {name}. Start it again.", field="state")
    provider = await providers.named(ctx, name)
    login = _oauth(provider)
    refuse_mix_up(provider.title, login, returned.iss)
    if returned.error or not returned.code:
        raise Invalid(_declined(provider, returned), field="code")
    kept = msgspec.json.decode(ctx.app.keyring.open(begun.sealed, _place(ctx.account, begun.id)), type=Secrets)
    granted = await oauth.exchange(ctx.app.http, login, redirect_uri(ctx, provider), returned.code, kept.verifier)
    now = ctx.app.clock()
    holder = await oauth.holder(ctx.app.http, ctx.app.key_sets, login, granted, nonce=kept.nonce, now=now.timestamp())
    row = await keeping.row_for(ctx, provider, holder, begun.connection_id)
    tokens = Tokens(access=granted.access, refresh=granted.refresh or keeping.refresh_token(ctx, row))
    scopes = granted.scope.replace(login.scope_separator, " ") if granted.scope else " ".join(login.scopes)
    lifetime = Lifetime.of(login, granted, tokens.refresh, now)
    return await keeping.keep(ctx, row, provider, holder, tokens=tokens, lifetime=lifetime, scopes=scopes)


def _oauth(provider: Provider) -> OAuthLogin:
    if not isinstance(provider.login, OAuthLogin):
        raise Invalid(f"One does not sign in at {provider.title} by OAuth; enter the login instead.", field="provider")
    return provider.login


def _declined(provider: Provider, returned: Returned) -> str:
    if returned.error == "access_denied":
        return f"{provider.title} was not allowed to connect. Start again if that was a mistake."
    return f"{provider.title} did not connect: {said_instead(returned)}. Start again."


def _place(account: UUID, id: UUID) -> str:
    return f"connection sign-in/{account}/{id}"
