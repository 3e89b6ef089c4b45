"""Taking one's data out, and being erased after a time to think it over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from ... import privacy
from ...context import Context
from ...db import known
from ...errors import Conflict
from ...events.models import EventRow
from ...jobs.job import job
from ...jobs.models import JobRow
from ...plugins.manifest import ROLES
from .. import emails, proofs
from ..accounts import queries
from ..accounts.service import erase as erase_name
from ..events import UserChanged, note
from ..models import Account, Membership, Proof, User
from ..sessions import queries as sessions
from .oneself import oneself
from .schemas import Export


async def export(ctx: Context) -> Export:
    """
    Raises:
        NotAllowed: the caller is no person.
    """
    user = await oneself(ctx)

    def gather(connection: Connection) -> Export:
        tables, declared = known.held(connection, ctx.app.offers)
        accounts = {
            str(account): _row_of(connection, account) | privacy.of_account(connection, tables, declared, account)
            for account in _theirs_alone(connection, user.id)
        }
        return Export(user.id, ctx.now, privacy.about_person(connection, declared, user.id), accounts)

    return await ctx.app.database.read(gather)


def _row_of(connection: Connection, account: UUID) -> privacy.Rows:
    rows = connection.execute(select(*Account.__table__.columns).where(Account.id == account))
    return {Account.__tablename__: [msgspec.to_builtins(dict(row._mapping)) for row in rows]}


def _theirs_alone(connection: Connection, user: UUID) -> list[UUID]:
    """Accounts that nobody else is in."""
    mine = select(Membership.account_id).where(Membership.user_id == user)
    alone = (
        select(Membership.account_id)
        .where(Membership.account_id.in_(mine))
        .group_by(Membership.account_id)
        .having(func.count() == 1)
    )
    return list(connection.execute(alone).scalars())


async def ask_for_erasure(ctx: Context) -> datetime:
    """
    Raises:
        Conflict: others would be left in an account without an owner.
    """
    user = await oneself(ctx)
    await ctx.app.database.read(lambda connection: _refuse_orphans(connection, user.id))
    user.erase_at = ctx.now + timedelta(days=ctx.app.settings.erase_after_days)
    note(ctx, UserChanged(user.id, "erasure asked"))
    day = f"{user.erase_at:%Y-%m-%d}"
    proofs.notify(ctx, user.email, emails.erasure_asked, day=day, origin=ctx.app.settings.origin)
    await ctx.commit()
    return user.erase_at


def _refuse_orphans(connection: Connection, user: UUID) -> None:
    mine = select(Membership.account_id).where(Membership.user_id == user, Membership.role == "owner")
    others = connection.execute(
        select(Membership.account_id, Membership.role).where(
            Membership.account_id.in_(mine), Membership.user_id != user
        )
    ).all()
    orphaned = {row.account_id for row in others} - {row.account_id for row in others if row.role == "owner"}
    if orphaned:
        name = connection.execute(select(Account.name).where(Account.id == min(orphaned))).scalar()
        raise Conflict(f"“{name}” would be left without an owner; make somebody else one, or remove the others.")


async def withdraw_erasure(ctx: Context) -> None:
    user = await oneself(ctx)
    if user.erase_at is not None:
        user.erase_at = None
        note(ctx, UserChanged(user.id, "erasure withdrawn"))
        await ctx.commit()


def _leave_no_orphans(connection: Connection, user: UUID) -> None:
    """Where the last owner goes, whoever stands highest, and has been there longest, becomes the owner."""
    mine = select(Membership.account_id).where(Membership.user_id == user, Membership.role == "owner")
    for account in connection.execute(mine).scalars().all():
        members = queries.lock(connection, account)
        others = [member for member in members if member != user]
        if others and "owner" not in [members[member] for member in others]:
            queries.give_role(connection, account, min(others, key=lambda each: ROLES.index(members[each])), "owner")


def _forget_machinery(connection: Connection, user: UUID, email: str) -> None:
    """Emails that were queued for them, and security events about them, before their time is over."""
    emails_to = JobRow.name.startswith("core.") & JobRow.arguments.contains(msgspec.json.encode(email).decode())
    connection.execute(delete(JobRow).where(emails_to))
    connection.execute(delete(EventRow).where(EventRow.entity == str(user), EventRow.name.startswith("security.")))


@job("core.erase_people", cron="23 4 * * *")
async def erase_people(ctx: Context) -> None:
    """Queue the erasure of those whose day has come."""
    for user in await ctx.platform.all(select(User.id).where(User.erase_at <= ctx.now)):
        ctx.enqueue(erase_person, user, once=f"{user}:{ctx.now.date()}")


@job("core.erase_person")
async def erase_person(ctx: Context, user: UUID) -> None:
    """Erase a person, with the accounts that are theirs alone. What remains knows them by an id that leads nowhere."""
    due = select(User.email).where(User.id == user, User.erase_at <= ctx.now)
    if await ctx.platform.first(due) is None:
        return
    note(ctx, UserChanged(user, "erased"))

    def erase(connection: Connection) -> None:
        email = connection.execute(due.with_for_update()).scalar()
        if email is None:
            raise Conflict(f"The user {user} wants to stay.")
        tables, declared = known.held(connection, ctx.app.offers)
        connection.execute(delete(Proof).where(Proof.email == email))
        found = ctx.app.search.about_person(connection, declared, user)
        _leave_no_orphans(connection, user)
        _forget_machinery(connection, user, email)
        for account in _theirs_alone(connection, user):
            privacy.erase_account(connection, tables, declared, account)
            erase_name(connection, account)
        sessions.revoke(connection, user)
        privacy.erase_person(connection, declared, user)
        ctx.app.search.step.run(connection, found)
        connection.execute(update(User).where(User.id == user).values(disabled_at=ctx.now))

    await ctx.write(erase)
    ctx.app.credentials.forget(user)
