"""Wrapped keys as rows, the newest id first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table


class DataKey(Local, Table):
    """The platform's own: it belongs to no account, and its keys open what all of them keep."""

    __tablename__ = "core_data_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(String(80))
    """The plugin whose service wrapped it."""
    wrapped: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    wrapped_at: Mapped[datetime]
