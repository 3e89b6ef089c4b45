"""Grants as rows, and the names that stand beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from ..auth.models import Account, Membership, User
from ..context import Context
from .models import GrantRow


async def of_account(ctx: Context, object_id: UUID | None, limit: int) -> Sequence[GrantRow]:
    """The newest first."""
    query = select(GrantRow).order_by(GrantRow.id.desc()).limit(limit)
    return await ctx.all(query if object_id is None else query.where(GrantRow.object_id == object_id))


def number_active(connection: Connection, account: UUID, object_id: UUID, now: datetime) -> int:
    own = (GrantRow.account_id == account, GrantRow.object_id == object_id)
    standing = (GrantRow.revoked_at.is_(None), GrantRow.expires_at > now)
    return connection.execute(select(func.count()).select_from(GrantRow).where(*own, *standing)).scalar_one()


async def account_names(ctx: Context, ids: Collection[UUID]) -> Mapping[UUID, str]:
    names = select(Account.id, Account.name).where(Account.id.in_(ids))
    return {row.id: row.name for row in await ctx.platform.rows(names)} if ids else {}


async def user_names(ctx: Context, ids: Collection[UUID]) -> Mapping[UUID, str]:
    names = select(User.id, User.name).where(User.id.in_(ids))
    return {row.id: row.name for row in await ctx.platform.rows(names)} if ids else {}


async def is_open(ctx: Context, account: UUID) -> bool:
    """Whether anybody is in the account."""
    members = select(Membership.user_id).where(Membership.account_id == account)
    return await ctx.platform.first(members) is not None
