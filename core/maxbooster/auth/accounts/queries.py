"""Memberships as rows. They lie outside the accounts, so each function says which one it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ...context import Context
from ..models import Account, ApiKey, Membership, Proof, Session, User


async def members(ctx: Context, account: UUID) -> Sequence[Any]:
    query = (
        select(User.id, User.name, User.email, Membership.role, Membership.since, User.totp_since)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account)
        .order_by(Membership.since, User.id)
    )
    return await ctx.platform.rows(query)


async def role_of(ctx: Context, account: UUID, user: UUID | None) -> str | None:
    return await ctx.platform.first(
        select(Membership.role).where(Membership.account_id == account, Membership.user_id == user)
    )


async def invitations(ctx: Context, account: UUID) -> Sequence[Proof]:
    query = select(Proof).where(Proof.account_id == account, Proof.kind == "invitation", Proof.expires_at > ctx.now)
    return await ctx.platform.all(query.order_by(Proof.id))


async def below(ctx: Context, account: UUID) -> Sequence[Account]:
    return await ctx.platform.all(
        select(Account).where(Account.parent_id == account).order_by(Account.name, Account.id)
    )


def join(connection: Connection, user: UUID, account: UUID, role: str, now: datetime) -> None:
    """Make a user a member. Who is one already keeps their role."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"user_id": user, "account_id": account, "role": role, "since": now}
    connection.execute(upsert(Membership).values(**row).on_conflict_do_nothing())


def lock(connection: Connection, account: UUID) -> dict[UUID, str]:
    """The members of an account and their roles, which nobody else changes until this transaction ends."""
    connection.execute(select(Account.id).where(Account.id == account).with_for_update())
    rows = connection.execute(select(Membership.user_id, Membership.role).where(Membership.account_id == account))
    return {row.user_id: row.role for row in rows}


def give_role(connection: Connection, account: UUID, user: UUID, role: str) -> None:
    of = (Membership.account_id == account, Membership.user_id == user)
    connection.execute(update(Membership).where(*of).values(role=role))


def leave(connection: Connection, account: UUID, user: UUID) -> None:
    """End a membership, and whatever the user got in by."""
    connection.execute(delete(Membership).where(Membership.account_id == account, Membership.user_id == user))
    connection.execute(delete(ApiKey).where(ApiKey.account_id == account, ApiKey.user_id == user))
    _withdraw_invitations_by(connection, account, user)
    elsewhere = update(Session).where(Session.account_id == account, Session.user_id == user)
    connection.execute(elsewhere.values(account_id=None))


def _withdraw_invitations_by(connection: Connection, account: UUID, user: UUID) -> None:
    """What somebody asked others to be does not outlive their own membership."""
    open_ = select(Proof.id, Proof.facts).where(Proof.account_id == account, Proof.kind == "invitation")
    theirs = [row.id for row in connection.execute(open_) if row.facts.get("by") == str(user)]
    connection.execute(delete(Proof).where(Proof.id.in_(theirs)))


def depth(connection: Connection, account: UUID) -> int:
    """How many accounts lie above: 0 for one that belongs to no label."""
    return connection.execute(
        select(func.count()).where(Account.id == account, Account.parent_id.is_not(None))
    ).scalar_one()
