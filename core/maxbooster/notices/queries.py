"""Notifications, and how people want to hear of them, by person and kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, update

from ..auth.models import Membership, User
from ..db.models import PLATFORM
from ..push.models import PushDevice
from .kinds import Channels, Email
from .models import Notice, NoticePreference, NoticeTimes
from .times import USUAL, Times

if TYPE_CHECKING:
    from ..context import Context


async def members(ctx: Context, permission: str | None) -> list[UUID]:
    """Those of this account who hold the permission; in the platform's own, staff."""
    if ctx.account == PLATFORM:
        staff = select(User.id, User.operator).where(User.operator.is_not(None), User.disabled_at.is_(None))
        allowed = [(user, ctx.app.policy.of(PLATFORM, None, role)) for user, role in await ctx.platform.rows(staff)]
        return [user for user, held in allowed if permission is None or permission in held]
    found = await ctx.platform.rows(
        select(Membership.user_id, Membership.role).where(Membership.account_id == ctx.account)
    )
    granted = ctx.app.policy.granted
    return [user for user, role in found if permission is None or permission in granted(role)]


async def reader(ctx: Context, user: UUID) -> User | None:
    """A member of this account who can still log in."""
    at_home = select(Membership.user_id).where(Membership.account_id == ctx.account, Membership.user_id == user)
    belongs = User.operator.is_not(None) if ctx.account == PLATFORM else User.id.in_(at_home)
    able = select(User).where(User.id == user, User.disabled_at.is_(None), belongs)
    return await ctx.platform.first(able)


async def chosen(ctx: Context, users: Collection[UUID], kind: str) -> Mapping[UUID, Channels]:
    """What each chose for one kind; who chose nothing is left out."""
    theirs = select(NoticePreference).where(NoticePreference.kind == kind, NoticePreference.user_id.in_(users))
    return {row.user_id: channels_of(row) for row in await ctx.all(theirs)}


async def chosen_by(ctx: Context, user: UUID) -> Mapping[str, Channels]:
    """What one person chose, by kind."""
    theirs = select(NoticePreference).where(NoticePreference.user_id == user)
    return {row.kind: channels_of(row) for row in await ctx.all(theirs)}


def channels_of(row: NoticePreference) -> Channels:
    return Channels(bell=row.bell, email=cast(Email, row.email), push=row.push)


async def times(ctx: Context, users: Collection[UUID]) -> Mapping[UUID, Times]:
    """Of each of them; who said nothing has the usual ones."""
    found = await ctx.platform.all(select(NoticeTimes).where(NoticeTimes.user_id.in_(users)))
    said = {
        row.user_id: Times(zone=row.zone, hour=row.hour, weekday=row.weekday, language=row.language) for row in found
    }
    return {user: said.get(user, USUAL) for user in users}


async def with_devices(ctx: Context, users: Collection[UUID]) -> set[UUID]:
    """Those of them who turned notifications on anywhere."""
    return set(await ctx.platform.all(select(PushDevice.user_id).where(PushDevice.user_id.in_(users))))


# At the bell


def _to_me(ctx: Context) -> Select[Notice]:
    return select(Notice).where(Notice.user_id == ctx.user, Notice.bell)


async def newest(ctx: Context, limit: int) -> Sequence[Notice]:
    return await ctx.all(_to_me(ctx).order_by(Notice.id.desc()).limit(limit))


async def unread(ctx: Context) -> int:
    unread = _to_me(ctx).where(Notice.read_at.is_(None)).subquery()
    return await ctx.first(select(func.count()).select_from(unread)) or 0


def mark_read(connection: Connection, account: UUID, user: UUID, at: datetime) -> None:
    mine = (Notice.account_id == account, Notice.user_id == user, Notice.read_at.is_(None))
    connection.execute(update(Notice).where(*mine).values(read_at=at))


# Digests


def due(connection: Connection, now: datetime) -> list[tuple[UUID, UUID]]:
    """Account and person of each digest that is due."""
    waiting = select(Notice.account_id, Notice.user_id).distinct().where(Notice.digest_at <= now)
    return [(row.account_id, row.user_id) for row in connection.execute(waiting)]


def put_into(connection: Connection, account: UUID, user: UUID, digest: UUID, now: datetime) -> int:
    """Whatever is due of a person becomes one digest's; returns how much that is."""
    theirs = (Notice.account_id == account, Notice.user_id == user, Notice.digest_at <= now)
    return connection.execute(update(Notice).where(*theirs).values(digest_at=None, digest_id=digest)).rowcount


async def of_digest(ctx: Context, digest: UUID) -> Sequence[Notice]:
    return await ctx.all(select(Notice).where(Notice.digest_id == digest).order_by(Notice.at, Notice.id))


def wait_no_longer(connection: Connection, account: UUID, user: UUID, kinds: Collection[str]) -> None:
    """What somebody stopped wanting by email leaves the next digest."""
    theirs = (Notice.account_id == account, Notice.user_id == user, Notice.digest_at.is_not(None))
    connection.execute(update(Notice).where(*theirs, Notice.kind.in_(kinds)).values(digest_at=None))
