"""Notifications: creating and reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, update

from ..auth.models import Membership
from ..events.event import Event
from .models import Notice

if TYPE_CHECKING:
    from ..context import Context

Tone = Literal["info", "good", "danger"]


class NoticeGiven(Event, frozen=True, tag="notice.given"):
    """There is a new notification."""

    kind: str


async def notify(
    ctx: Context,
    kind: str,
    title: str,
    *,
    text: str = "",
    path: str = "",
    tone: Tone = "info",
    facts: Mapping[str, Any] | None = None,
    to: UUID | None = None,
    permission: str | None = None,
) -> None:
    """Notify this account's members with this unit: one of them (`to`), those who have `permission`, or all.

    `kind` names it (`release.delivered`), `title` is one line, in which `{name}` stands for a fact; `path` is where
    it leads. The web application shows it, immediately where it is open.
    """
    for user in [to] if to is not None else await _members(ctx, permission):
        ctx.add(
            Notice(
                user_id=user,
                kind=kind,
                title=title[:300],
                text=text[:2000],
                path=path,
                tone=tone,
                facts=dict(facts or {}),
                at=ctx.now,
            )
        )
    ctx.emit(NoticeGiven(kind))


async def _members(ctx: Context, permission: str | None) -> list[UUID]:
    found = await ctx.platform.rows(
        select(Membership.user_id, Membership.role).where(Membership.account_id == ctx.account)
    )
    granted = ctx.app.policy.granted
    return [user for user, role in found if permission is None or permission in granted(role)]


def _to_me(ctx: Context) -> Select[Notice]:
    return select(Notice).where(Notice.user_id == ctx.user)


async def newest(ctx: Context, limit: int) -> Sequence[Notice]:
    return await ctx.all(_to_me(ctx).order_by(Notice.id.desc()).limit(limit))


async def unread(ctx: Context) -> int:
    unread = _to_me(ctx).where(Notice.read_at.is_(None)).subquery()
    return await ctx.first(select(func.count()).select_from(unread)) or 0


async def mark_read(ctx: Context) -> None:
    mine = (Notice.account_id == ctx.account, Notice.user_id == ctx.user, Notice.read_at.is_(None))

    def mark(connection: Connection) -> None:
        connection.execute(update(Notice).where(*mine).values(read_at=ctx.now))

    await ctx.write(mark)


async def tell_of_failure(ctx: Context, job: str, words: str) -> None:
    """A job has failed for good; those who can retry it should know. They see its text, not its name."""
    job = ctx.app.offers.catalog.get("en", {}).get(f"job.{job}", job)
    await notify(
        ctx,
        "job.dead",
        "“{job}” failed",
        text=words,
        path="/work",
        tone="danger",
        facts={"job": job},
        permission="job.control",
    )
