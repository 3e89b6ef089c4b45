"""The connections of this account."""

from __future__ import annotations

from uuid import UUID

from ..context import Context
from ..errors import AuthFailed, Conflict, NotFound, NotReady
from ..http.routes import Routes, delete, get, patch, post
from . import providers, queries, service, signing_in
from .models import ConnectionRow
from .schemas import (
    ConnectionOut,
    ConnectionProvider,
    NewLogin,
    NewSignIn,
    Renaming,
    SignInOut,
    SignInReturn,
)
from .service import Closing


@get("/", operation_id="listConnections", permission="connection.read")
async def list_connections(ctx: Context) -> list[ConnectionOut]:
    """The logins of this account at outside services, lost ones first."""
    known = await providers.offered(ctx)
    return [ConnectionOut.of(row, known) for row in await queries.connections(ctx)]


@get("/providers", operation_id="listConnectionProviders", permission="connection.read")
async def list_providers(ctx: Context) -> list[ConnectionProvider]:
    """Where one can connect, and what is to be entered for it."""
    return [ConnectionProvider.of(provider) for provider in (await providers.offered(ctx)).values()]


@get("/{connection_id:uuid}", operation_id="getConnection", permission="connection.read")
async def get_connection(ctx: Context, connection_id: UUID) -> ConnectionOut:
    return ConnectionOut.of(await ctx.get(ConnectionRow, connection_id), await providers.offered(ctx))


@post(
    "/sign-ins", operation_id="startSignIn", permission="connection.write", status_code=201, raises=[NotFound, NotReady]
)
async def start_sign_in(ctx: Context, data: NewSignIn) -> SignInOut:
    """Where to send the browser, so that the person logs in at the provider (OAuth). It comes back once, within ten
    minutes."""
    return SignInOut(await signing_in.begin(ctx, data.provider, data.connection))


@post(
    "/sign-ins/complete",
    operation_id="completeSignIn",
    permission="connection.write",
    status_code=201,
    raises=[AuthFailed, Conflict, NotFound, NotReady],
)
async def complete_sign_in(ctx: Context, data: SignInReturn) -> ConnectionOut:
    """The browser is back: connect. In the session that started it."""
    row = await signing_in.complete(ctx, data.provider, data.returned())
    return ConnectionOut.of(row, await providers.offered(ctx))


@post(
    "/",
    operation_id="createConnection",
    permission="connection.write",
    status_code=201,
    raises=[AuthFailed, Conflict, NotFound, NotReady],
)
async def create_connection(ctx: Context, data: NewLogin) -> ConnectionOut:
    """Connect with a key or a password, by the provider's form."""
    row = await service.log_in(ctx, data.provider, data.values, data.connection)
    return ConnectionOut.of(row, await providers.offered(ctx))


@patch("/{connection_id:uuid}", operation_id="updateConnection", permission="connection.write")
async def update_connection(ctx: Context, connection_id: UUID, data: Renaming) -> ConnectionOut:
    row = await service.rename(ctx, connection_id, data.title.strip())
    return ConnectionOut.of(row, await providers.offered(ctx))


@delete("/{connection_id:uuid}", operation_id="deleteConnection", permission="connection.write", status_code=200)
async def delete_connection(ctx: Context, connection_id: UUID) -> Closing:
    """Disconnect. The provider withdraws the access too where it can; the answer says so if not."""
    return await service.close(ctx, connection_id)


routes = [
    Routes(
        "/api/core/connections",
        [
            list_connections,
            list_providers,
            get_connection,
            start_sign_in,
            complete_sign_in,
            create_connection,
            update_connection,
            delete_connection,
        ],
    )
]
