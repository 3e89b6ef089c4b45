"""Endpoints, what was sent to them, and how each attempt went."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ...db.models import Owned, Table, Versioned, owned_reference
from ...db.types import Json

PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"


class WebhookEndpoint(Versioned, Owned, Table):
    """Where an account wants to hear of events."""

    __tablename__ = "core_webhook_endpoint"

    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(String(200))
    events: Mapped[Any] = mapped_column(Json)
    """Names; none: every public event."""
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed."""
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed; signs too until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    """The first failure since the last success."""
    disabled_at: Mapped[datetime | None]
    disabled_because: Mapped[str | None] = mapped_column(String(20))
    """`person`, `gone` (it answered 410) or `failing`."""


class WebhookDelivery(Owned, Table):
    """One event to one endpoint."""

    __tablename__ = "core_webhook_delivery"
    __table_args__ = (
        owned_reference("endpoint_id", "core_webhook_endpoint"),
        UniqueConstraint("account_id", "endpoint_id", "event_id"),
        Index("ix_core_webhook_delivery_created", "created_at"),
    )

    endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID]
    """The header webhook-id; the same at every endpoint and in every attempt."""
    event: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    """The JSON that is sent and signed."""
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None]


class WebhookAttempt(Owned, Table):
    __tablename__ = "core_webhook_attempt"
    __table_args__ = (
        owned_reference("delivery_id", "core_webhook_delivery"),
        UniqueConstraint("account_id", "delivery_id", "number"),
    )

    delivery_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    milliseconds: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer)
    """What it answered; None if it did not."""
    answer: Mapped[str] = mapped_column(Text)
    """How its answer began."""
    error: Mapped[str] = mapped_column(String(500))
    """Why there was none."""
