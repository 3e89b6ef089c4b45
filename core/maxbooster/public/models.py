"""Publications: what strangers may see, as copies that are written on publishing and emptied on withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Reference, Table, Versioned
from ..db.types import Json


class Publication(Versioned, Reference, Table):
    """One page of an account. It belongs to no account's rows, because strangers read it; `account_id` says who
    published it, and with whom it is exported and erased. Versioned, so that nobody who brings it up to date undoes a
    withdrawal that happened meanwhile."""

    __tablename__ = "core_publication"
    __table_args__ = (
        UniqueConstraint("account_id", "area", "subject"),
        Index("ix_core_publication_changed", "changed_at", "area", "slug"),
    )

    area: Mapped[str] = mapped_column(String(40), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    account_id: Mapped[UUID]
    subject: Mapped[UUID]
    """The row of the account that it is a copy of."""
    content: Mapped[Any | None] = mapped_column(Json)
    """None: withdrawn. The row stays, so that its address says so and is the same when it is published again."""
    image: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A JPEG."""
    sign_up: Mapped[Any | None] = mapped_column(Json)
    """The form on it by which strangers join one of the account's mailing lists (`SignUp`)."""
    taken_down_at: Mapped[datetime | None]
    """Since when the operator has turned it off: it is not shown, whatever its owner publishes."""
    taken_down_why: Mapped[str | None] = mapped_column(String(500))
    """What its owner is told."""
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime]
