"""An account's own login at a store: a label that has its own contract there delivers under it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from msgspec import Meta, Struct

from maxbooster.plugin import (
    AuthFailed,
    Context,
    Holder,
    Invalid,
    PasswordLogin,
    Provider,
    Settings,
    usable_connection,
)

from ..transports.transport import Transport, opened
from .outlet import Endpoint, Outlet


def _said(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title} | ({"description": description} if description else {}) | more


class StoreLogin(Struct, kw_only=True, frozen=True):
    """What the store's contract says about its SFTP server."""

    host: Annotated[str, Meta(min_length=1, max_length=200, extra_json_schema=_said("Server"))]
    port: Annotated[int, Meta(ge=1, le=65_535, extra_json_schema=_said("Port"))] = 22
    username: Annotated[str, Meta(min_length=1, max_length=200, extra_json_schema=_said("User name"))]
    password: Annotated[
        str, Meta(max_length=1000, extra_json_schema=_said("Password", "Or a private key below.", format="password"))
    ] = ""
    private_key: Annotated[
        str,
        Meta(max_length=20_000, extra_json_schema=_said("Private key", "In OpenSSH’s format, without a passphrase.")),
    ] = ""
    host_key: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            extra_json_schema=_said(
                "Server’s public key", "One line, such as ssh-ed25519 AAAA…; ask the store for it."
            ),
        ),
    ]
    folder: Annotated[
        str, Meta(max_length=200, extra_json_schema=_said("Folder", "Where batches go; may be empty."))
    ] = ""
    party_id: Annotated[
        str, Meta(max_length=40, extra_json_schema=_said("Store’s DDEX party ID", "Where your contract names one."))
    ] = ""


def provider(outlet: Outlet) -> Provider:
    login = PasswordLogin(form=StoreLogin, check=_tried)
    return Provider(name=f"distribution.{outlet.name}", title=outlet.title, login=login)


async def _tried(ctx: Context, login: StoreLogin) -> Holder:
    """Log in there once.

    Raises:
        Invalid: there is neither a password nor a key, or the server is in a private network.
        AuthFailed: the server refuses the login, or has another key.
        NotReady: nobody answers there.
    """
    if not login.password and not login.private_key:
        raise Invalid("Enter a password or a private key.", field="password")
    async with opened(_endpoint(ctx, login)):
        pass
    user = f"{login.username}@{login.host}"
    return Holder(f"{user}:{login.port}", user)


async def endpoint(ctx: Context, outlet: Outlet) -> Endpoint | None:
    """Where the account's own login leads; None if it has none.

    Raises:
        AuthFailed: it has one that does not work any more. Nothing goes by the operator's in its stead.
    """
    row = await usable_connection(ctx, f"distribution.{outlet.name}")
    if row is None:
        return None
    return _endpoint(ctx, await ctx.connection(row.id).typed(StoreLogin), connection=row.id)


def _endpoint(ctx: Context, login: StoreLogin, **more: Any) -> Endpoint:
    same = {name: getattr(login, name) for name in login.__struct_fields__}
    return Endpoint(transport="sftp", public_only=not ctx.settings(Settings).outbound_private, **same, **more)


@asynccontextmanager
async def connected(ctx: Context, endpoint: Endpoint) -> AsyncIterator[Transport]:
    """`opened`, where an account's own login that the store refuses is lost, and its people are told."""
    refused = True
    try:
        async with opened(endpoint) as transport:
            refused = False
            yield transport
    except AuthFailed as failure:
        if refused and endpoint.connection is not None:
            await ctx.connection(endpoint.connection).lose(failure.detail)
        raise
