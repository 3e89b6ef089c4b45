"""Memberships as rows. They lie outside the accounts, so each function says which one it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ...context import Context
from ...plugins.manifest import ROLES
from .. import proofs
from ..models import Account, ApiKey, Membership, Proof, Session, User
from ..policy import HAS_FACTOR, Policy


async def members(ctx: Context, account: UUID) -> Sequence[Any]:
    query = (
        select(User.id, User.name, User.email, Membership.role, Membership.since, HAS_FACTOR.label("has_factor"))
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


def join_by_invitation(connection: Connection, policy: Policy, user: UUID, spent: Any, now: datetime) -> None:
    """Make a user what an invitation promised, if whoever sent it could still give that.

    Raises:
        LinkSpent: they are gone, disabled, or have a lower role by now.
    """
    members, by, role = lock(connection, spent.account_id), spent.facts.get("by"), spent.facts["role"]
    if by is not None and not _may_give(connection, policy, UUID(by), members.get(UUID(by)), role):
        raise proofs.LinkSpent("Whoever sent this invitation can no longer give that role; ask for another.")
    join(connection, user, spent.account_id, role, now)


def _may_give(connection: Connection, policy: Policy, giver: UUID, own: str | None, role: str) -> bool:
    if own is None or ROLES.index(role) < ROLES.index(own) or "member.write" not in policy.granted(own):
        return False
    active = select(User.id).where(User.id == giver, User.disabled_at.is_(None))
    return connection.execute(active).first() is not None


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
    proofs.withdraw_invitations(connection, account, user)
    connection.execute(delete(Session).where(Session.within == account, Session.user_id == user))
    elsewhere = update(Session).where(Session.account_id == account, Session.user_id == user)
    connection.execute(elsewhere.values(account_id=None))


def depth(connection: Connection, account: UUID) -> int:
    """How many accounts lie above: 0 for one that belongs to no label."""
    return connection.execute(
        select(func.count()).where(Account.id == account, Account.parent_id.is_not(None))
    ).scalar_one()
