"""What goes in and out of the operations on notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from .kinds import Email
from .models import Notice

Zone = Annotated[str, Meta(min_length=1, max_length=64)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,35}\Z")]


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
    has_times: bool
    """Whether your time zone is known; a web page sets it once by `updateNotificationTimes`."""


class NoticeSetting(Struct, frozen=True, kw_only=True):
    """How you hear of one kind of notification in this account."""

    kind: str
    title: str
    """In English; the message `notice_kind.<kind>` translates it."""
    group: str
    """What it comes from."""
    required: bool
    """Whether the bell or an email at once must stay on."""
    bell: bool
    email: Email
    push: bool


class NoticeSettingChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bell: bool | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    push: bool | UnsetType = UNSET


class NoticeTimesOut(Struct, frozen=True, kw_only=True):
    """When digests come, for all your accounts."""

    zone: str
    hour: int
    weekday: int
    """Of the weekly digest: 0 is Monday."""
    language: str


class NewNoticeTimes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    zone: Zone
    hour: Annotated[int, Meta(ge=0, le=23)] | UnsetType = UNSET
    weekday: Annotated[int, Meta(ge=0, le=6)] | UnsetType = UNSET
    language: Language | UnsetType = UNSET


class MailboxOut(Struct, frozen=True, kw_only=True):
    """Whether your email arrives."""

    email: str
    state: str
    """`reachable`, `undeliverable` (it came back) or `complained` (a message was reported as spam)."""
    reason: str
    since: datetime | None


class NoticeSettings(Struct, frozen=True, kw_only=True):
    kinds: list[NoticeSetting]
    times: NoticeTimesOut
    mailbox: MailboxOut
