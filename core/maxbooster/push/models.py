"""The devices on which people turned notifications on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table


class PushDevice(Local, Table):
    """A browser's subscription at its push service. It ends with the session in which it was turned on, so that a
    device that was logged out hears nothing more."""

    __tablename__ = "core_push_device"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    session_id: Mapped[UUID]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Of the endpoint: a browser has one subscription, whoever is logged in."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Endpoint and keys: whoever has them can send to it."""
    service: Mapped[str] = mapped_column(String(255))
    """The host of the push service."""
    agent: Mapped[str] = mapped_column(String(300))
    """What the browser said it is."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(300))
    """Why the push service took the last one not; empty: it did."""


def place(user: UUID, id: UUID) -> str:
    """Where a subscription is kept, for the keyring that seals it."""
    return f"push/{user}/{id}"
