"""Logging in and out, devices, access tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie

from ...context import Context
from ...errors import Conflict, Invalid, NotAuthenticated, NotFound, StepUpRequired, TooMany
from ...http.routes import Routes, delete, get, post
from .. import cookies
from ..passkeys import ceremonies
from ..passkeys.schemas import PasskeyLogin, PasskeyOptions
from . import queries, service
from .proving import SecondFactorRequired
from .schemas import Client, Device, Login, Me, Proof, RefreshToken, Switch, TokenLogin, Tokens
from .service import LoggedInBrowser

AnyRequest = Request[Any, Any, Any]
LOGIN_ERRORS = [NotAuthenticated, SecondFactorRequired, TooMany]


def client_of(request: AnyRequest) -> Client:
    address = request.client.host if request.client else None
    return Client(address, request.headers.get("user-agent", ""), request.cookies)


def _with_cookies(ctx: Context, found: LoggedInBrowser, *more: Cookie) -> Response[Me]:
    settings = ctx.app.settings
    kept = [cookies.session(found.token, settings)] if found.token else []
    return Response(found.me, status_code=200, cookies=[*kept, *more])


@post("/", operation_id="logIn", public=True, status_code=200, raises=LOGIN_ERRORS)
async def log_in(ctx: Context, request: AnyRequest, data: Login) -> Response[Me]:
    """Log a browser in: a new session in its cookie. With a second factor, send the `code` too."""
    found = await service.log_in(ctx, data, client_of(request))
    assert found.me.user is not None
    return _with_cookies(ctx, found, cookies.device(found.me.user.id, ctx.app.keyring, ctx.app.settings))


@get("/", operation_id="getSession", permission="profile.read")
async def get_session(ctx: Context, request: AnyRequest) -> Me:
    """Who the caller is, in which account, and what they may do."""
    assert ctx.identity is not None
    token = request.cookies.get(cookies.name("session", ctx.app.settings)) if ctx.identity.way == "session" else None
    return await service.describe(ctx, ctx.identity, token=token)


@delete("/", operation_id="logOut", permission="profile.read", status_code=204)
async def log_out(ctx: Context) -> Response[None]:
    """End this session."""
    await service.log_out(ctx)
    return Response(None, status_code=204, cookies=[cookies.no_session(ctx.app.settings)])


@post("/prove", operation_id="confirmIdentity", permission="profile.read", status_code=200, raises=LOGIN_ERRORS)
async def prove(ctx: Context, request: AnyRequest, data: Proof) -> Response[Me]:
    """Prove once more who you are, for what asks for it."""
    return _with_cookies(ctx, await service.prove(ctx, data, client_of(request)))


@post(
    "/prove/passkey",
    operation_id="startPasskeyConfirmation",
    permission="profile.read",
    status_code=200,
    raises=[Conflict],
)
async def start_passkey_confirmation(ctx: Context) -> PasskeyOptions:
    """What the browser needs to prove once more, by a passkey, who you are."""
    return PasskeyOptions(await service.passkey_options(ctx))


@post("/options", operation_id="startPasskeyLogin", public=True, status_code=200, raises=[Conflict])
async def start_passkey_login(ctx: Context) -> PasskeyOptions:
    """What the browser needs to log in by a passkey. Nothing is stored until it answers."""
    return PasskeyOptions(ceremonies.request_options(ctx, ceremonies.LOG_IN))


@post(
    "/",
    operation_id="logInWithPasskey",
    public=True,
    status_code=200,
    raises=[NotAuthenticated, TooMany, Invalid, Conflict],
)
async def log_in_with_passkey(ctx: Context, request: AnyRequest, data: PasskeyLogin) -> Response[Me]:
    """Log a browser in by a passkey: no password, no code."""
    found = await service.log_in_with_passkey(ctx, data.credential, client_of(request))
    assert found.me.user is not None
    return _with_cookies(ctx, found, cookies.device(found.me.user.id, ctx.app.keyring, ctx.app.settings))


@post(
    "/account",
    operation_id="switchAccount",
    permission="profile.read",
    status_code=200,
    raises=[NotFound, StepUpRequired],
)
async def switch(ctx: Context, data: Switch) -> Response[Me]:
    """Go on in another of your accounts."""
    return _with_cookies(ctx, await service.switch(ctx, data.account))


@get("/", operation_id="listDevices", permission="profile.read")
async def list_devices(ctx: Context) -> list[Device]:
    """Where you are logged in, the latest use first."""
    assert ctx.identity is not None
    if ctx.user is None:
        return []
    return [
        Device(
            row.id,
            row.kind,
            row.agent,
            row.address,
            row.created_at,
            row.seen_at,
            row.id == ctx.identity.credential,
        )
        for row in await queries.devices(ctx, ctx.user)
    ]


@delete("/{session_id:uuid}", operation_id="deleteDevice", permission="profile.write", step_up=True)
async def delete_device(ctx: Context, session_id: UUID) -> None:
    """Log a device out."""
    await service.end_device(ctx, session_id)


@delete("/", operation_id="deleteOtherDevices", permission="profile.write", step_up=True)
async def delete_other_devices(ctx: Context) -> None:
    """Log every device out but this one."""
    await service.end_other_devices(ctx)


@post("/", operation_id="createTokens", public=True, status_code=200, raises=[*LOGIN_ERRORS, NotFound])
async def create_tokens(ctx: Context, request: AnyRequest, data: TokenLogin) -> Tokens:
    """Log an API client in: a short-lived access token, and a refresh token that works once."""
    return await service.issue_tokens(ctx, data, data.account, client_of(request))


@post("/refresh", operation_id="refreshTokens", public=True, status_code=200, raises=[NotAuthenticated, TooMany])
async def refresh_tokens(ctx: Context, data: RefreshToken) -> Tokens:
    """Exchange a refresh token for new tokens. One that is used twice logs the client out."""
    return await service.refresh(ctx, data.refresh_token)


@post("/revoke", operation_id="revokeTokens", public=True, status_code=204, raises=[TooMany])
async def revoke_tokens(ctx: Context, data: RefreshToken) -> None:
    """Log an API client out."""
    await service.revoke_tokens(ctx, data.refresh_token)


routes = [
    Routes("/api/core/session", [log_in, get_session, log_out, prove, start_passkey_confirmation, switch]),
    Routes("/api/core/session/passkey", [start_passkey_login, log_in_with_passkey]),
    Routes("/api/core/devices", [list_devices, delete_device, delete_other_devices]),
    Routes("/api/core/tokens", [create_tokens, refresh_tokens, revoke_tokens]),
]
