"""Passkeys by whom they belong to, and by what authenticators call them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from ...context import Context
from .models import Passkey


async def of_user(ctx: Context, user: UUID) -> Sequence[Passkey]:
    theirs = select(Passkey).where(Passkey.user_id == user)
    return await ctx.platform.all(theirs.order_by(Passkey.created_at, Passkey.id))


async def by_credential(ctx: Context, credential: bytes) -> Passkey | None:
    return await ctx.platform.first(select(Passkey).where(Passkey.credential == credential))
