"""The outbox: every domain event, written with the change that it tells of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table


class EventRow(Local, Table):
    __tablename__ = "core_event"
    __table_args__ = (Index("ix_core_event_entity", "entity", "seq"), Index("ix_core_event_at", "at"))

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
    entity: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[UUID | None]
    facts: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
