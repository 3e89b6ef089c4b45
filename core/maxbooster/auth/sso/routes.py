"""Signing in at providers, and a person's logins there."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie

from ...context import Context
from ...errors import AuthFailed, Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound, NotReady, TooMany
from ...http.routes import Routes, delete, get, post
from .. import cookies
from ..limits import count_asking, count_sign_in
from ..people.oneself import oneself
from ..proofs import LinkSpent
from ..sessions.proving import SecondFactorRequired
from ..sessions.routes import client_of
from ..sessions.schemas import Me, SignInProvider
from . import arriving, identities, providers, queries, signing_in
from .arriving import Outcome
from .schemas import (
    DomainSearch,
    IdentityLink,
    IdentityOut,
    NewIdentity,
    NewProviderLogin,
    ProviderFactor,
    ProviderLogin,
    ProviderRegistration,
    ProviderReturn,
    ProviderTrip,
)
from .signing_in import Errand, Purpose

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")
AWAY = [AuthFailed, NotReady, NotFound, TooMany]
"""What a provider may be the cause of."""


async def go(ctx: Context, name: str, errand: Errand, *, even_disabled: bool = False) -> Response[ProviderTrip]:
    """Send the browser to a provider, and bind it to the way back."""
    await count_sign_in(ctx)
    provider = await providers.named(ctx, name, even_disabled=even_disabled)
    started = await signing_in.begin(ctx, provider, errand)
    cookie = cookies.trip(started.browser, ctx.app.settings)
    return Response(ProviderTrip(started.url), status_code=201, cookies=[cookie])


def _browser(ctx: Context, request: AnyRequest) -> str:
    return request.cookies.get(cookies.name("trip", ctx.app.settings), "")


def _with_cookies(ctx: Context, found: Outcome, status: int = 200) -> Response[ProviderLogin]:
    kept: list[Cookie] = []
    if found.session is not None and found.session.token:
        kept = [cookies.session(found.session.token, ctx.app.settings)]
    if found.session is not None and found.session.me.user is not None and found.answer.purpose == "log in":
        kept.append(cookies.device(found.session.me.user.id, ctx.app.keyring, ctx.app.settings))
    return Response(found.answer, status_code=status, cookies=kept)


async def _back(
    ctx: Context, request: AnyRequest, data: ProviderReturn, purposes: list[Purpose]
) -> Response[ProviderLogin]:
    await count_sign_in(ctx)
    arrived = await signing_in.complete(ctx, data.provider, data.returned(), _browser(ctx, request), purposes)
    return _with_cookies(ctx, await arriving.arrive(ctx, arrived, client_of(request)))


@get("/providers", operation_id="listSignInProviders", public=True)
async def list_sign_in_providers(ctx: Context) -> list[SignInProvider]:
    """Where everybody can sign in."""
    return [SignInProvider(each.name, each.title) for each in ctx.app.identity_providers.values()]


@post("/find", operation_id="findSignInProvider", public=True, status_code=200, raises=[NotFound, TooMany])
async def find_sign_in_provider(ctx: Context, data: DomainSearch) -> SignInProvider:
    """Where people with an email address of that domain sign in; whether there is such a person isn't looked at."""
    await count_asking(ctx, ctx.address)
    domain = data.email.strip().lower().rpartition("@")[2]
    account = await ctx.app.database.read(lambda connection: queries.account_of_domain(connection, domain))
    if account is None:
        raise NotFound(f"No team here has its own sign-in for {domain}.", field="email")
    provider = await providers.named(ctx, str(account))
    return SignInProvider(provider.name, provider.title)


@post("/", operation_id="startProviderLogin", public=True, status_code=201, raises=AWAY)
async def start_provider_login(ctx: Context, data: NewProviderLogin) -> Response[ProviderTrip]:
    """Where to send the browser, so that the person signs in at a provider."""
    return await go(ctx, data.provider, Errand(purpose="log in", to=data.to, invitation=data.invitation or ""))


@post(
    "/complete",
    operation_id="completeProviderLogin",
    public=True,
    status_code=200,
    raises=[*AWAY, NotAuthenticated, NotAllowed],
)
async def complete_provider_login(ctx: Context, request: AnyRequest, data: ProviderReturn) -> Response[ProviderLogin]:
    """The browser is back: log in, or say what is still asked. In the browser that was sent, once."""
    return await _back(ctx, request, data, ["log in"])


@post(
    "/factor",
    operation_id="completeProviderFactor",
    public=True,
    status_code=200,
    raises=[*AWAY, NotAuthenticated, SecondFactorRequired],
)
async def complete_provider_factor(ctx: Context, request: AnyRequest, data: ProviderFactor) -> Response[ProviderLogin]:
    """The second factor, where one is set up and the provider's isn't enough."""
    return _with_cookies(ctx, await arriving.give_factor(ctx, data, _browser(ctx, request), client_of(request)))


@post(
    "/register",
    operation_id="registerWithProvider",
    public=True,
    raises=[*AWAY, NotAllowed, Conflict, LinkSpent],
)
async def register_with_provider(
    ctx: Context, request: AnyRequest, data: ProviderRegistration
) -> Response[ProviderLogin]:
    """A login for somebody whom the provider knows and nobody here does. They are logged in."""
    await count_sign_in(ctx)
    return _with_cookies(ctx, await arriving.register(ctx, data, _browser(ctx, request), client_of(request)), 201)


# While logged in


@post(
    "/complete",
    operation_id="completeProviderTrip",
    permission="profile.read",
    status_code=200,
    raises=[*AWAY, Conflict],
)
async def complete_provider_trip(ctx: Context, request: AnyRequest, data: ProviderReturn) -> Response[ProviderLogin]:
    """The browser is back: connect the login there, confirm who this is, or note the test. In the session that began
    it."""
    return await _back(ctx, request, data, ["link", "prove", "test"])


@post("/prove", operation_id="startProviderConfirmation", permission="profile.read", status_code=201, raises=AWAY)
async def start_provider_confirmation(ctx: Context, data: NewProviderLogin) -> Response[ProviderTrip]:
    """Where to send the browser to prove once more who you are: the provider asks anew."""
    return await go(ctx, data.provider, Errand(purpose="prove", to=data.to))


@post(
    "/factor",
    operation_id="completeConfirmationFactor",
    permission="profile.read",
    status_code=200,
    raises=[*AWAY, SecondFactorRequired],
)
async def complete_confirmation_factor(
    ctx: Context, request: AnyRequest, data: ProviderFactor
) -> Response[ProviderLogin]:
    """The second factor of such a proof."""
    return _with_cookies(ctx, await arriving.give_factor(ctx, data, _browser(ctx, request), client_of(request)))


@get("/", operation_id="listIdentities", permission="profile.read")
async def list_identities(ctx: Context) -> list[IdentityOut]:
    """Your logins at providers."""
    return await identities.listed(ctx, (await oneself(ctx)).id)


@get("/providers", operation_id="listIdentityProviders", permission="profile.read")
async def list_identity_providers(ctx: Context) -> list[SignInProvider]:
    """Where you can connect a login."""
    return await identities.connectable(ctx)


@post("/start", operation_id="startIdentity", permission="profile.write", step_up=True, status_code=201, raises=AWAY)
async def start_identity(ctx: Context, data: NewIdentity) -> Response[ProviderTrip]:
    """Where to send the browser to connect a login."""
    return await go(ctx, data.provider, Errand(purpose="link", to="/profile"))


@post(
    "/",
    operation_id="createIdentity",
    permission="profile.write",
    step_up=True,
    status_code=204,
    raises=[Conflict, Invalid, NotFound],
)
async def create_identity(ctx: Context, request: AnyRequest, data: IdentityLink) -> None:
    """Connect the login that was signed in with before you logged in here: you proved both."""
    browser = _browser(ctx, request)
    arrived = await signing_in.held(ctx, data.ticket, browser, "link")
    await identities.link(ctx, arrived, ticket=(data.ticket, browser))


@delete(
    "/{identity_id:uuid}",
    operation_id="deleteIdentity",
    permission="profile.write",
    step_up=True,
    status_code=200,
    raises=[Conflict, NotFound],
)
async def delete_identity(ctx: Context, identity_id: UUID) -> Response[Me]:
    """Disconnect a login. Every other device is logged out."""
    found = await identities.unlink(ctx, identity_id)
    kept = [cookies.session(found.token, ctx.app.settings)] if found.token else []
    return Response(found.me, status_code=200, cookies=kept)


routes = [
    Routes(
        "/api/core/sign-in",
        [
            list_sign_in_providers,
            find_sign_in_provider,
            start_provider_login,
            complete_provider_login,
            complete_provider_factor,
            register_with_provider,
        ],
    ),
    Routes(
        "/api/core/session/provider",
        [complete_provider_trip, start_provider_confirmation, complete_confirmation_factor],
    ),
    Routes(
        "/api/core/profile/identities",
        [list_identities, list_identity_providers, start_identity, create_identity, delete_identity],
    ),
]
