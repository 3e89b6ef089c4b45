"""Finding providers by their names, and how one logs in there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ...context import Context
from ...errors import NotFound, NotReady, SettingsError, suggestion
from ...oauth.login import OAuthLogin
from . import queries
from .models import secret_place
from .settings import IdentityProvider

TIMEOUT_S = 10.0
RETURN_PATH = "/sign-in/return/"
"""Where providers send the browser back: a page of our own for each, so that one cannot answer for another."""


async def named(ctx: Context, name: str, *, even_disabled: bool = False) -> IdentityProvider:
    """
    Raises:
        NotFound: there is none, or the account has it switched off.
        NotReady: no key opens its secret.
    """
    known = ctx.app.identity_providers
    if name in known:
        return known[name]
    row = await _of_account(ctx, name)
    if row is None or not (row.enabled or even_disabled):
        raise NotFound(f"Nobody can sign in at {name!r} here.{suggestion(name, list(known))}", field="provider")
    return of_row(ctx, row)


async def _of_account(ctx: Context, name: str) -> Any:
    try:
        account = UUID(name)
    except ValueError:
        return None
    return await ctx.app.database.read(lambda connection: queries.provider_of(connection, account))


def of_row(ctx: Context, row: Any) -> IdentityProvider:
    """
    Raises:
        NotReady: no key opens its secret.
    """
    try:
        secret = ctx.app.keyring.open(row.sealed, secret_place(row.account_id)) if row.sealed is not None else ""
    except SettingsError as error:
        raise NotReady(
            f"The secret of {row.title} can't be decrypted with the server's keys; enter it again."
        ) from error
    return IdentityProvider(
        name=str(row.account_id),
        title=row.title,
        issuer=row.issuer,
        client_id=row.client_id,
        client_secret=secret,
        trusted=row.trusted,
        account=row.account_id,
        version=row.version,
    )


async def proving(ctx: Context, user: UUID, within: UUID | None) -> list[IdentityProvider]:
    """Where somebody can prove once more who they are: at the account's own while it speaks for them, else at the
    operator's."""
    linked = {each.provider for each in await queries.identities(ctx, user)}
    if within is None:
        return [each for name, each in ctx.app.identity_providers.items() if name in linked]
    row = await _of_account(ctx, str(within))
    return [of_row(ctx, row)] if row is not None and row.enabled else []


def redirect_uri(ctx: Context, provider: IdentityProvider) -> str:
    """What is registered at the provider."""
    return f"{ctx.app.settings.origin}{RETURN_PATH}{provider.name}"


async def login_at(ctx: Context, provider: IdentityProvider, parameters: Mapping[str, str] | None = None) -> OAuthLogin:
    """
    Raises:
        NotReady: the provider does not say how.
        Invalid: what it says cannot be used.
    """
    public_only = provider.account is not None
    found = await ctx.app.discovery.of(provider.issuer, public_only=public_only)
    return OAuthLogin(
        authorize_url=found.authorization_endpoint,
        token_url=found.token_endpoint,
        userinfo_url=found.userinfo_endpoint,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        client_auth=found.client_auth(provider.client_secret),
        scopes=provider.scopes,
        authorize_parameters=parameters or {},
        issuer=provider.issuer,
        returns_issuer=found.authorization_response_iss_parameter_supported,
        jwks_url=found.jwks_uri,
        timeout_s=TIMEOUT_S,
        public_only=public_only,
    )
