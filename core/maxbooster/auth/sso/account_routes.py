"""The account's own provider, set up by its owner or an admin."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from ...context import Context
from ...errors import Conflict, NotFound, NotReady
from ...http.routes import Routes, delete, get, post, put
from . import account
from .routes import AWAY, go
from .schemas import (
    AccountProviderChange,
    AccountProviderOut,
    AccountProviderSwitch,
    DomainOut,
    NewDomain,
    ProviderTrip,
)
from .signing_in import Errand

PAGE = "/team/sign-in"


@get("/", operation_id="getAccountProvider", permission="sso.read")
async def get_account_provider(ctx: Context) -> AccountProviderOut:
    """How members of this account can sign in at its own provider. The secret isn't shown."""
    return await account.found(ctx)


@put("/", operation_id="updateAccountProvider", permission="sso.write", step_up=True, raises=[Conflict, NotReady])
async def update_account_provider(ctx: Context, data: AccountProviderChange) -> AccountProviderOut:
    """Set it up. It is off until it was tested."""
    return await account.save(ctx, data)


@delete("/", operation_id="deleteAccountProvider", permission="sso.write", step_up=True, raises=[NotFound])
async def delete_account_provider(ctx: Context) -> None:
    """Members log in by what else they have."""
    await account.remove(ctx)


@post("/test", operation_id="testAccountProvider", permission="sso.write", step_up=True, status_code=201, raises=AWAY)
async def test_account_provider(ctx: Context) -> Response[ProviderTrip]:
    """Where to send the browser for a test. Nobody is logged in by it."""
    return await go(ctx, str(ctx.account), Errand(purpose="test", to=PAGE), even_disabled=True)


@put("/switch", operation_id="switchAccountProvider", permission="sso.write", step_up=True, raises=[Conflict, NotFound])
async def switch_account_provider(ctx: Context, data: AccountProviderSwitch) -> AccountProviderOut:
    """Turn it on or off, and say whether members must use it. Owners keep what else they log in by."""
    return await account.switch(ctx, data)


@post("/", operation_id="createSignInDomain", permission="sso.write", step_up=True, raises=[Conflict])
async def create_sign_in_domain(ctx: Context, data: NewDomain) -> DomainOut:
    """A domain of email addresses that is this account's own; the operator confirms it."""
    row = await account.add_domain(ctx, data.domain)
    return DomainOut(row.id, row.domain, row.confirmed_at)


@delete("/{domain_id:uuid}", operation_id="deleteSignInDomain", permission="sso.write", step_up=True)
async def delete_sign_in_domain(ctx: Context, domain_id: UUID) -> None:
    await account.remove_domain(ctx, domain_id)


routes = [
    Routes(
        "/api/core/account/provider",
        [
            get_account_provider,
            update_account_provider,
            delete_account_provider,
            test_account_provider,
            switch_account_provider,
        ],
    ),
    Routes("/api/core/account/domains", [create_sign_in_domain, delete_sign_in_domain]),
]
