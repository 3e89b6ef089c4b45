"""The rules of connections: typing a login in, renaming, closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ..context import Context
from ..errors import Invalid, Problem
from ..forms import wrong_field
from ..oauth import protocol as oauth
from ..oauth.login import OAuthLogin
from . import keeping, providers, queries
from .models import CLOSED, ConnectionRow
from .providers import Provider
from .tokens import Lifetime, Tokens


class Closing(Struct, frozen=True):
    """`revoked`: whether the provider has withdrawn the access too. `note`: what a person still has to do."""

    revoked: bool
    note: str


async def log_in(ctx: Context, name: str, values: dict[str, Any], connection: UUID | None) -> ConnectionRow:
    """Keep a login that was typed in, after it was tried out where the connector can.

    Raises:
        NotFound: there is no such provider or connection.
        Invalid: a field is missing or wrong, or one signs in there by OAuth.
        AuthFailed: the service refuses it.
        Conflict: it belongs to another user than the connection.
    """
    provider = await providers.named(ctx, name)
    if isinstance(provider.login, OAuthLogin):
        raise Invalid(f"One signs in at {provider.title} itself, not here.", field="provider")
    try:
        typed = msgspec.convert(values, provider.login.form)
    except msgspec.ValidationError as error:
        raise wrong_field(error) from None
    holder = await provider.login.check(ctx, typed)
    row = await keeping.row_for(ctx, provider, holder, connection)
    tokens = Tokens(typed=msgspec.to_builtins(typed))
    return await keeping.keep(ctx, row, provider, holder, tokens=tokens, lifetime=Lifetime())


async def rename(ctx: Context, id: UUID, title: str) -> ConnectionRow:
    row = await ctx.lock(ConnectionRow, id)
    before, row.title = row.title, title
    ctx.audit("connection.renamed", row, before={"title": before}, after={"title": title})
    return row


async def close(ctx: Context, id: UUID) -> Closing:
    """Disconnect: the provider withdraws the access where it can, and nothing secret is kept.

    Raises:
        NotFound: this account has no such connection.
    """
    row = await ctx.get(ConnectionRow, id)
    if row.state == CLOSED:
        return Closing(True, "")
    closing = await _withdraw(ctx, row)
    row = await ctx.lock(ConnectionRow, id)
    row.state, row.reason = CLOSED, ""
    row.sealed = row.previous = row.expires_at = row.renew_at = row.lease = row.leased_until = None
    row.generation += 1
    ctx.audit(
        "connection.closed", row, after={"provider": row.provider, "title": row.title, "revoked": closing.revoked}
    )
    return closing


async def _withdraw(ctx: Context, row: ConnectionRow) -> Closing:
    provider = (await providers.offered(ctx)).get(row.provider)
    if provider is None:
        return Closing(False, f"The connector {row.provider} is disabled, so the service itself was not told.")
    if not isinstance(provider.login, OAuthLogin):
        return Closing(False, f"The login itself is still valid at {provider.title}. {_where(provider)}".strip())
    if row.sealed is None or not provider.login.revoke_url:
        return Closing(False, f"{provider.title} cannot be told from here. {_where(provider)}".strip())
    tokens = Tokens.opened(ctx.app.keyring, row.sealed, row.account_id, row.id)
    token, kind = (tokens.refresh, "refresh_token") if tokens.refresh else (tokens.access, "access_token")
    try:
        await oauth.revoke(ctx.http, provider.login, token, kind)
    except Problem as problem:
        return Closing(False, f"{provider.title} could not be told: {problem.detail} {_where(provider)}".strip())
    return Closing(True, "")


def _where(provider: Provider) -> str:
    return f"Withdraw the access at {provider.url} as well." if provider.url else "Withdraw the access there as well."


async def usable_connection(ctx: Context, provider: str) -> ConnectionRow | None:
    """The account's own login at a provider, for a connector that needs only one: the oldest that is not closed.

    It may be lost: then its use raises AuthFailed, rather than another login being taken in its stead.
    """
    return next((row for row in await queries.of_provider(ctx, provider) if row.state != CLOSED), None)
