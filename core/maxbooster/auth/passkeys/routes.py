"""A person's own passkeys."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from litestar import Response

from ...context import Context
from ...errors import Conflict, Invalid, NotAuthenticated, NotFound
from ...http.routes import Routes, delete, get, patch, post
from .. import cookies
from ..people.oneself import oneself
from ..sessions.schemas import Me
from ..sessions.service import LoggedInBrowser
from . import queries, service
from .models import Passkey
from .schemas import NewPasskey, PasskeyCreated, PasskeyName, PasskeyOptions, PasskeyOut

T = TypeVar("T")


@get("/", operation_id="listPasskeys", permission="profile.read")
async def list_passkeys(ctx: Context) -> list[PasskeyOut]:
    """Your passkeys, the oldest first."""
    return [_out(passkey) for passkey in await queries.of_user(ctx, (await oneself(ctx)).id)]


@post(
    "/options",
    operation_id="startPasskey",
    permission="profile.write",
    step_up=True,
    status_code=200,
    raises=[Conflict],
)
async def start_passkey(ctx: Context) -> PasskeyOptions:
    """What the browser needs to create a passkey."""
    return PasskeyOptions(await service.start(ctx))


@post(
    "/",
    operation_id="createPasskey",
    permission="profile.write",
    step_up=True,
    raises=[Conflict, Invalid, NotAuthenticated],
)
async def create_passkey(ctx: Context, data: NewPasskey) -> Response[PasskeyCreated]:
    """Add a passkey that the browser created. From now on a password alone does not log in. Recovery codes come with
    the first one, and are shown this once."""
    passkey, codes, found = await service.create(ctx, data)
    return _rotated(ctx, found, PasskeyCreated(_out(passkey), codes, found.me.csrf), 201)


@patch("/{passkey_id:uuid}", operation_id="updatePasskey", permission="profile.write", raises=[NotFound])
async def update_passkey(ctx: Context, passkey_id: UUID, data: PasskeyName) -> PasskeyOut:
    """Rename a passkey."""
    return _out(await service.rename(ctx, passkey_id, data.name))


@delete(
    "/{passkey_id:uuid}",
    operation_id="deletePasskey",
    permission="profile.write",
    step_up=True,
    status_code=200,
    raises=[NotFound, Conflict],
)
async def delete_passkey(ctx: Context, passkey_id: UUID) -> Response[Me]:
    """Remove a passkey: it logs nobody in any more."""
    found = await service.remove(ctx, passkey_id)
    return _rotated(ctx, found, found.me, 200)


def _rotated(ctx: Context, found: LoggedInBrowser, body: T, status: int) -> Response[T]:
    kept = [cookies.session(found.token, ctx.app.settings)] if found.token else []
    return Response(body, status_code=status, cookies=kept)


def _out(passkey: Passkey) -> PasskeyOut:
    return PasskeyOut(passkey.id, passkey.name, passkey.synced, passkey.created_at, passkey.used_at)


routes = [
    Routes("/api/core/profile/passkeys", [list_passkeys, start_passkey, create_passkey, update_passkey, delete_passkey])
]
