"""Notifications as rows: one for each person who should see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table
from ..db.types import Json


class Notice(Owned, Table):
    __tablename__ = "core_notice"
    __table_args__ = (Index("ix_core_notice_user", "account_id", "user_id", "id"),)

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
