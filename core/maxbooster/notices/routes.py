"""Notifications in the web application."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar.params import QueryParameter
from msgspec import Struct

from ..context import Context
from ..http.routes import Routes, get, post
from . import service
from .models import Notice

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="At most this many, newest first")]


class NoticeOut(Struct):
    id: UUID
    kind: str
    title: str
    """In English; `{name}` stands for a fact. The message `notice.<kind>` translates it."""
    text: str
    path: str
    """Where it leads in the web application; may be empty."""
    tone: str
    facts: dict[str, Any]
    at: datetime
    read: bool

    @classmethod
    def of(cls, row: Notice) -> NoticeOut:
        read = row.read_at is not None
        return cls(row.id, row.kind, row.title, row.text, row.path, row.tone, row.facts, row.at, read)


class Notices(Struct):
    unread: int
    notices: list[NoticeOut]


@get("/", operation_id="listNotifications", permission="profile.read")
async def list_notifications(ctx: Context, limit: Limit = 30) -> Notices:
    """The caller's notifications in this account."""
    if ctx.user is None or ctx.identity is None or ctx.identity.account is None:
        return Notices(0, [])
    return Notices(await service.unread(ctx), [NoticeOut.of(row) for row in await service.newest(ctx, limit)])


@post("/read", operation_id="markNotificationsRead", permission="profile.read", status_code=204)
async def mark_notifications_read(ctx: Context) -> None:
    """Mark all as read."""
    if ctx.user is not None:
        await service.mark_read(ctx)


routes = [Routes("/api/core/notices", [list_notifications, mark_notifications_read])]
