"""Notifications: creating them, each by the channels that its readers chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from ..db.types import new_id
from ..events.event import Event
from ..observe.logs import log
from . import queries
from .kinds import UNDECLARED, Channels, NoticeKind
from .models import Notice
from .times import Times, next_morning

if TYPE_CHECKING:
    from ..context import Context

Tone = Literal["info", "good", "danger"]
BELL_ALONE: Final = Channels(email="never")
DELIVERING: Final = ("core.email_notice", "core.email_digest", "core.push_notice", "core.send_email")
"""Jobs by which people hear of things: when they fail, nobody is told by them."""


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

    `kind` names it (`release.delivered`) and is declared by `register_notice_kinds`; each reader has chosen how they
    hear of that kind: at the bell, by email, on their devices. `title` is one line, in which `{name}` stands for a
    fact; `path` is where it leads.
    """
    declared = kind_of(ctx, kind)
    if declared is None:
        log.warning("notices.undeclared", kind=kind)
    given = Notice(
        kind=kind, title=title[:300], text=text[:2000], path=path, tone=tone, facts=dict(facts or {}), at=ctx.now
    )  # fmt: skip
    await _tell(ctx, given, [to] if to is not None else await queries.members(ctx, permission), declared)


async def tell_of_failure(ctx: Context, job: str, words: str) -> None:
    """A job has failed for good; those who can retry it should know. They see its text, not its name."""
    title = ctx.app.offers.catalog.get("en", {}).get(f"job.{job}", job)
    given = Notice(
        kind="job.dead", title="“{job}” failed", text=words[:2000], path="/work", tone="danger", facts={"job": title},
        at=ctx.now,
    )  # fmt: skip
    readers = await queries.members(ctx, "job.control")
    await _tell(ctx, given, readers, kind_of(ctx, "job.dead"), alone=BELL_ALONE if job in DELIVERING else None)


def kind_of(ctx: Context, name: str) -> NoticeKind | None:
    """None: no enabled plugin declares it."""
    return next((kind for _, kind in ctx.app.offers.notice_kinds if kind.name == name), None)


async def _tell(
    ctx: Context, given: Notice, readers: list[UUID], kind: NoticeKind | None, *, alone: Channels | None = None
) -> None:
    usual = alone or (kind.channels if kind is not None else UNDECLARED)
    chosen = await queries.chosen(ctx, readers, given.kind) if alone is None else {}
    times = await queries.times(ctx, readers)
    wanted = {user: chosen.get(user, usual) for user in readers}
    reached = await queries.with_devices(ctx, [user for user, channels in wanted.items() if channels.push])
    for user, channels in wanted.items():
        row = _given_to(ctx, given, user, channels, times[user])
        ctx.add(row)
        if channels.email == "at_once":
            ctx.enqueue(ctx.app.jobs["core.email_notice"], row.id)
        if user in reached:
            ctx.enqueue(ctx.app.jobs["core.push_notice"], row.id)
    ctx.emit(NoticeGiven(given.kind))


def _given_to(ctx: Context, given: Notice, user: UUID, channels: Channels, times: Times) -> Notice:
    return Notice(
        id=new_id(), user_id=user, kind=given.kind, title=given.title, text=given.text, path=given.path,
        tone=given.tone, facts=given.facts, at=given.at, bell=channels.bell, digest_at=_digest_at(ctx, channels, times),
    )  # fmt: skip


def _digest_at(ctx: Context, channels: Channels, times: Times) -> datetime | None:
    if channels.email not in ("daily", "weekly"):
        return None
    return next_morning(times, ctx.clock(), weekly=channels.email == "weekly")
