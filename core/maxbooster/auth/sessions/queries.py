"""Sessions as rows: opened, rotated and revoked by functions of a connection."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from ...context import Context
from ...db import directory
from ...db.models import PLATFORM
from .. import throttle
from ..limits import REFRESHES
from ..models import Account, Membership, Session, SpentToken, User

REFRESH_PREFIX = "mbr_"
MOST_SESSIONS = 50
"""Of one person at a time; beyond it the one that was used least recently ends."""


def new_token(kind: str) -> str:
    return (REFRESH_PREFIX if kind == "client" else "") + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


class ByProvider(Struct, frozen=True):
    """That a provider said who logs in, and what that is worth."""

    proved_at: datetime
    """When they last proved it, there or here; long ago where nobody says."""
    within: UUID | None = None
    vouched: str | None = None


def open_session(
    connection: Connection,
    id: UUID,
    kind: str,
    user: UUID,
    account: UUID | None,
    *,
    now: datetime,
    lifetime: timedelta,
    address: str | None,
    agent: str,
    by: ByProvider | None = None,
) -> str:
    """A new session; returns its token, of our own making whatever the client brought. Only its hash is kept."""
    token = new_token(kind)
    for oldest in _beyond_the_most(connection, user):
        revoke(connection, user, only=oldest)
    connection.execute(
        insert(Session).values(
            id=id,
            hash=hash_of(token),
            kind=kind,
            user_id=user,
            account_id=account,
            created_at=now,
            seen_at=now,
            expires_at=now + lifetime,
            proved_at=by.proved_at if by else now,
            address=address,
            agent=agent[:300],
            within=by.within if by else None,
            vouched=by.vouched if by else None,
        )
    )
    return token


def _beyond_the_most(connection: Connection, user: UUID) -> list[UUID]:
    """Which must end so that there is room for one more."""
    latest = select(Session.id).where(Session.user_id == user).order_by(Session.seen_at.desc(), Session.id.desc())
    return list(connection.execute(latest.offset(MOST_SESSIONS - 1)).scalars())


def rotate(connection: Connection, id: UUID, kind: str, **changes: Any) -> str | None:
    """A new token for a session; the old one is worth nothing. None: the session has ended."""
    token = new_token(kind)
    done = connection.execute(update(Session).where(Session.id == id).values(hash=hash_of(token), **changes))
    return token if done.rowcount else None


def revoke(connection: Connection, user: UUID, only: UUID | None = None, but: UUID | None = None) -> list[UUID]:
    """End one session of a user, or all (`but` one); returns which."""
    ended = delete(Session).where(Session.user_id == user)
    if only is not None:
        ended = ended.where(Session.id == only)
    if but is not None:
        ended = ended.where(Session.id != but)
    ids = list(connection.execute(ended.returning(Session.id)).scalars())
    connection.execute(delete(SpentToken).where(SpentToken.session_id.in_(ids)))
    return ids


def revoke_within(connection: Connection, account: UUID) -> list[UUID]:
    """End the sessions that an account's own provider opened; returns whose they were."""
    ended = delete(Session).where(Session.within == account).returning(Session.user_id)
    return list(connection.execute(ended).scalars())


def close(connection: Connection, token: str) -> None:
    """End the session of a token, if there is one."""
    connection.execute(delete(Session).where(Session.hash == hash_of(token)))


class Refreshed(Struct, frozen=True):
    """What became of a refresh token. Without a `token` it was refused; with a `session` then, it was stolen."""

    session: UUID | None = None
    user: UUID | None = None
    account: UUID | None = None
    token: str | None = None
    wait_s: float = 0.0
    """Until the session may refresh again; it keeps the token that came."""


def refresh(connection: Connection, given: str, now: datetime, *, lifetime: timedelta, at_most: timedelta) -> Refreshed:
    """Exchange a refresh token for the next. One that was exchanged before ends its family (RFC 9700 §4.14.2).

    The next is valid for `lifetime`, but not longer than `at_most` after the login.
    """
    found = connection.execute(
        select(Session).where(Session.hash == hash_of(given), Session.kind == "client").with_for_update()
    ).first()
    if found is None:
        return _reused(connection, given)
    live = connection.execute(select(User.id).where(User.id == found.user_id, User.disabled_at.is_(None))).first()
    if found.expires_at <= now or live is None:
        return Refreshed()
    if wait := throttle.take(connection, REFRESHES, str(found.id), now):
        return Refreshed(wait_s=wait)
    connection.execute(insert(SpentToken).values(hash=found.hash, session_id=found.id, at=now))
    expires_at = min(now + lifetime, found.created_at + at_most)
    token = rotate(connection, found.id, "client", seen_at=now, expires_at=expires_at)
    return Refreshed(found.id, found.user_id, found.account_id, token)


def _reused(connection: Connection, given: str) -> Refreshed:
    spent = connection.execute(select(SpentToken.session_id).where(SpentToken.hash == hash_of(given))).scalar()
    if spent is None:
        return Refreshed()
    user = connection.execute(select(Session.user_id).where(Session.id == spent)).scalar()
    if user is None:
        return Refreshed()
    revoke(connection, user, only=spent)
    return Refreshed(spent, user)


def prune(connection: Connection, now: datetime) -> None:
    """Forget what has ended."""
    connection.execute(delete(Session).where(Session.expires_at <= now))
    live = select(Session.id).where(Session.id == SpentToken.session_id).exists()
    connection.execute(delete(SpentToken).where(~live))


async def user_of(ctx: Context, email: str) -> User | None:
    rows = await ctx.app.database.fetch(directory.LOOK_UP, hash=directory.key("email", email))
    return await ctx.platform.first(select(User).where(User.id == rows[0][1])) if rows else None


async def devices(ctx: Context, user: UUID) -> Sequence[Session]:
    query = select(Session).where(Session.user_id == user, Session.expires_at > ctx.now)
    return await ctx.platform.all(query.order_by(Session.seen_at.desc()))


class AccountOut(Struct, frozen=True):
    """An account as one of its members sees it."""

    id: UUID
    name: str
    role: str


async def sub_accounts(ctx: Context, account: UUID) -> int:
    return await ctx.platform.first(select(func.count()).where(Account.parent_id == account)) or 0


async def accounts(ctx: Context, user: User, within: UUID | None = None) -> list[AccountOut]:
    """Where a user may work, oldest membership first; staff in the platform's own account, too. `within`: the account
    whose provider said who they are, and whatever lies below it."""
    query = (
        select(Account.id, Account.name, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.user_id == user.id)
        .order_by(Membership.since, Account.id)
    )
    if within is not None:
        query = query.where(or_(Account.id == within, Account.parent_id == within))
    found = [AccountOut(row.id, row.name, row.role) for row in await ctx.platform.rows(query)]
    if within is not None:
        return sorted(found, key=lambda each: each.id != within)
    return [*found, AccountOut(PLATFORM, "Platform", user.operator)] if user.operator else found
