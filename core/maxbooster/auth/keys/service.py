"""API keys as rows, and the rules for making one: never more than its maker holds."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from ...context import Context
from ...db.types import new_id
from ...errors import Invalid, NotAllowed, NotFound, suggestion
from ...identity import EVERYTHING
from ..events import KeyChanged, note
from ..identify import KEY_PREFIX
from ..models import ApiKey

MOST_KEYS = 50


async def create_key(
    ctx: Context, name: str, permissions: Sequence[str], lifetime: timedelta | None
) -> tuple[UUID, str]:
    """A key in this account, of this user; returns its id and the key, which is shown this once.

    Raises:
        Invalid: a permission that does not exist, or that the caller does not hold.
        NotAllowed: the caller is not a person, or the account has as many keys as it may.
    """
    if ctx.user is None:
        raise NotAllowed("A key cannot make keys; log in.")
    for permission in permissions:
        _refuse_unheld(ctx, permission)
    if len(await keys(ctx)) >= MOST_KEYS:
        raise NotAllowed(f"An account has at most {MOST_KEYS} keys; revoke one that is not used.")
    id = new_id()
    note(ctx, KeyChanged(ctx.user, id, "made"))
    key = await ctx.write(
        lambda connection: create(
            connection,
            ctx.account,
            _scope(ctx, permissions),
            at=ctx.now,
            user=ctx.user,
            lifetime=lifetime,
            name=name,
            id=id,
        )
    )
    return id, key


def _scope(ctx: Context, permissions: Sequence[str]) -> frozenset[str]:
    """Everything is what the person may do, unless an account's provider said who they are: then what they may now."""
    if EVERYTHING in permissions and ctx.identity is not None and ctx.identity.within is not None:
        return ctx.identity.permissions
    return frozenset(permissions)


def _refuse_unheld(ctx: Context, permission: str) -> None:
    if permission != EVERYTHING and permission not in ctx.app.policy.permissions:
        hint = suggestion(permission, list(ctx.app.policy.permissions))
        raise Invalid(f"There is no permission {permission!r}.{hint}", field="permissions")
    if permission != EVERYTHING and not (ctx.identity and ctx.identity.may(permission)):
        raise Invalid(f"You do not hold {permission!r} yourself.", field="permissions")


async def keys(ctx: Context) -> Sequence[ApiKey]:
    return await ctx.platform.all(select(ApiKey).where(ApiKey.account_id == ctx.account).order_by(ApiKey.id))


async def key_names(ctx: Context, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Of the account's keys; a revoked one has none."""
    named = select(ApiKey.id, ApiKey.name).where(ApiKey.account_id == ctx.account, ApiKey.id.in_(ids))
    return {row.id: row.name for row in await ctx.platform.rows(named)} if ids else {}


async def revoke_key(ctx: Context, id: UUID) -> None:
    """
    Raises:
        NotFound: this account has no such key.
    """
    found = await ctx.platform.first(select(ApiKey).where(ApiKey.account_id == ctx.account, ApiKey.id == id))
    if found is None:
        raise NotFound(f"There is no API key {id}.")
    note(ctx, KeyChanged(found.user_id, id, "revoked"))
    await ctx.write(revoke, found.account_id, id)
    if found.user_id is not None:
        ctx.app.credentials.forget(found.user_id)


def create(
    connection: Connection,
    account: UUID,
    permissions: frozenset[str],
    *,
    at: datetime,
    user: UUID | None = None,
    lifetime: timedelta | None = None,
    name: str = "key",
    id: UUID | None = None,
) -> str:
    """A new key for an account, of a user or of nobody. It is returned once; only its hash is kept."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        insert(ApiKey).values(
            hash=sha256(key.encode()).digest(),
            id=id or new_id(),
            account_id=account,
            user_id=user,
            name=name,
            hint=key[: len(KEY_PREFIX) + 6],
            permissions=" ".join(sorted(permissions)),
            created_at=at,
            expires_at=at + lifetime if lifetime else None,
            requests=0,
            refused=0,
        )
    )
    return key


def revoke(connection: Connection, account: UUID, id: UUID) -> bool:
    return connection.execute(delete(ApiKey).where(ApiKey.account_id == account, ApiKey.id == id)).rowcount == 1
