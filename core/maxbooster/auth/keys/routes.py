"""API keys of this account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from ...context import Context
from ...http.routes import Routes, delete, get, post
from ..people.schemas import Name
from . import service


class NewKey(Struct, frozen=True, forbid_unknown_fields=True):
    """`permissions`: what the key may do, of what you may do yourself. `days` until it expires."""

    name: Name
    permissions: Annotated[list[str], Meta(min_length=1, max_length=100)]
    days: Annotated[int, Meta(ge=1, le=730)] = 90


class KeyOut(Struct, frozen=True):
    id: UUID
    name: str
    hint: str
    """How the key begins."""
    permissions: list[str]
    user: UUID | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    requests: int
    refused: int
    """Requests beyond the rate limit."""


class NewKeyOut(Struct, frozen=True):
    id: UUID
    key: str
    """Shown this once."""


@get("/", operation_id="listKeys", permission="key.read")
async def list_keys(ctx: Context) -> list[KeyOut]:
    """The API keys of this account, and how much they are used (counted once a second)."""
    return [
        KeyOut(
            row.id,
            row.name,
            row.hint,
            row.permissions.split(),
            row.user_id,
            row.created_at,
            row.expires_at,
            row.used_at,
            row.requests,
            row.refused,
        )
        for row in await service.keys(ctx)
    ]


@post("/", operation_id="createKey", permission="key.write", step_up=True)
async def create_key(ctx: Context, data: NewKey) -> NewKeyOut:
    """Make an API key."""
    name = data.name.strip()[:100]
    return NewKeyOut(*await service.create_key(ctx, name, data.permissions, timedelta(days=data.days)))


@delete("/{key_id:uuid}", operation_id="revokeKey", permission="key.write")
async def revoke_key(ctx: Context, key_id: UUID) -> None:
    """It stops working within a second."""
    await service.revoke_key(ctx, key_id)


routes = [Routes("/api/core/keys", [list_keys, create_key, revoke_key])]
