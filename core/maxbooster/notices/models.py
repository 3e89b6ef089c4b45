"""Notifications as rows, one for each person who should see it; and how people want to hear of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Owned, Table
from ..db.types import Json


class Notice(Owned, Table):
    __tablename__ = "core_notice"
    __table_args__ = (
        Index("ix_core_notice_user", "account_id", "user_id", "id"),
        Index("ix_core_notice_digest_at", "digest_at"),
        Index("ix_core_notice_digest", "account_id", "digest_id"),
    )

    user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(80))
    """`release.delivered`; the message `notice.<kind>` translates it."""
    title: Mapped[str] = mapped_column(String(300))
    """In English, with `{facts}` in it."""
    text: Mapped[str] = mapped_column(String(2000))
    path: Mapped[str] = mapped_column(String(500))
    tone: Mapped[str] = mapped_column(String(10))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    bell: Mapped[bool] = mapped_column(default=True)
    """Whether it is shown at the bell."""
    digest_at: Mapped[datetime | None]
    """When a digest should tell it; None: none should, or one has taken it."""
    digest_id: Mapped[UUID | None]
    """The digest that tells it: one, and no other."""


class NoticePreference(Owned, Table):
    """What somebody chose for one kind of notification of an account. Without a row the kind's own defaults hold."""

    __tablename__ = "core_notice_preference"
    __table_args__ = (UniqueConstraint("account_id", "user_id", "kind"),)

    user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(80))
    bell: Mapped[bool]
    email: Mapped[str] = mapped_column(String(10))
    push: Mapped[bool]


class NoticeTimes(Local, Table):
    """When a person's day begins, and in which language they read: for all their accounts."""

    __tablename__ = "core_notice_times"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))
    """A name of the IANA time zone database."""
    hour: Mapped[int]
    """Of the digests, in their zone."""
    weekday: Mapped[int]
    """Of the weekly one: 0 is Monday."""
    language: Mapped[str] = mapped_column(String(35))
