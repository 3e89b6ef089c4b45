"""Notifications in the web application, and how people want to hear of them."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from ..auth.people.oneself import oneself
from ..context import Context
from ..errors import Conflict, Invalid, NotAllowed, NotFound
from ..http.routes import Routes, get, patch, post, put
from ..mail.mailboxes import mailbox_of
from ..mail.models import REACHABLE
from . import preferences, queries
from .schemas import (
    MailboxOut,
    NewNoticeTimes,
    NoticeOut,
    Notices,
    NoticeSetting,
    NoticeSettingChange,
    NoticeSettings,
    NoticeTimesOut,
)
from .times import Times

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="At most this many, newest first")]


@get("/", operation_id="listNotifications", permission="profile.read")
async def list_notifications(ctx: Context, limit: Limit = 30) -> Notices:
    """The caller's notifications in this account: those that are shown at the bell."""
    identity = ctx.identity
    if ctx.user is None or identity is None or identity.account is None:
        return Notices(0, [], True)
    if identity.lacks_factor or identity.lacks_sign_in:
        return Notices(0, [], True)
    newest = [NoticeOut.of(row) for row in await queries.newest(ctx, limit)]
    return Notices(await queries.unread(ctx), newest, await preferences.has_times(ctx))


@post("/read", operation_id="markNotificationsRead", permission="profile.read", status_code=204)
async def mark_notifications_read(ctx: Context) -> None:
    """Mark all as read."""
    if ctx.user is not None:
        await ctx.write(queries.mark_read, ctx.account, ctx.user, ctx.now)


@get("/settings", operation_id="getNotificationSettings", permission="profile.read", raises=[Conflict, NotAllowed])
async def get_notification_settings(ctx: Context) -> NoticeSettings:
    """How you hear of each kind of notification in this account, when digests come, and whether your email arrives."""
    times = await preferences.my_times(ctx)
    user = await oneself(ctx)
    mailbox = await mailbox_of(ctx, user.id, user.email)
    state, reason = (mailbox.state, mailbox.reason) if mailbox else (REACHABLE, "")
    since = mailbox.since if mailbox and mailbox.state != REACHABLE else None
    return NoticeSettings(
        kinds=await preferences.settings(ctx),
        times=_out(times),
        mailbox=MailboxOut(email=user.email, state=state, reason=reason if since else "", since=since),
    )


@patch(
    "/settings/{kind:str}",
    operation_id="updateNotificationSetting",
    permission="profile.write",
    raises=[Conflict, Invalid, NotAllowed, NotFound],
)
async def update_notification_setting(ctx: Context, kind: str, data: NoticeSettingChange) -> NoticeSetting:
    """Choose how you hear of one kind of notification in this account; what is left out stays."""
    return await preferences.change(ctx, kind, data)


@put("/times", operation_id="updateNotificationTimes", permission="profile.write", raises=[Conflict, Invalid])
async def update_notification_times(ctx: Context, data: NewNoticeTimes) -> NoticeTimesOut:
    """Set your time zone, the hour of your digests and your language; what is left out stays. It counts for what
    happens from now on."""
    return _out(await preferences.set_times(ctx, data))


def _out(times: Times) -> NoticeTimesOut:
    return NoticeTimesOut(zone=times.zone, hour=times.hour, weekday=times.weekday, language=times.language)


routes = [
    Routes(
        "/api/core/notices",
        [
            list_notifications,
            mark_notifications_read,
            get_notification_settings,
            update_notification_setting,
            update_notification_times,
        ],
    )
]
