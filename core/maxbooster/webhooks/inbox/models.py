"""The inbox as rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ...db.models import Local, Table


class InboxWebhook(Local, Table):
    """A provider's event. The row outlives its body, so that a late repeat is still known.

    It belongs to no account: many events are about none, and which it is turns out only when the event is read.
    """

    __tablename__ = "core_inbox_webhook"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index(
            "ix_core_inbox_webhook_account",
            "account_id",
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_core_inbox_webhook_received", "received_at"),
        Index("ix_core_inbox_webhook_waits", "received_at", sqlite_where=text("waits"), postgresql_where=text("waits")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(80))
    """The plugin's name."""
    event_id: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(120))
    account_id: Mapped[UUID | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed; None when it has been erased."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes that the provider sent."""
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    """When it was handled last."""
    job_id: Mapped[UUID]
    """The job that handles it: the first has the webhook's own id, replaying makes another."""
    waits: Mapped[bool] = mapped_column(server_default=false())
    """It is stored and no more: a worker has yet to queue its job."""
