"""What became of email to people: of each, whether their mailbox takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table

REACHABLE: Final = "reachable"
UNDELIVERABLE: Final = "undeliverable"
COMPLAINED: Final = "complained"


class Mailbox(Local, Table):
    """Of a person's address: it speaks of `email` alone, and means nothing once they have another."""

    __tablename__ = "core_mailbox"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    state: Mapped[str] = mapped_column(String(14))
    reason: Mapped[str] = mapped_column(String(500))
    """In the mail server's words."""
    since: Mapped[datetime]
    soft_bounces: Mapped[int]
    """Since a message last arrived."""
