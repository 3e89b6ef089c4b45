"""Short links, and their clicks."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table, Versioned, owned_reference


class Link(Versioned, Owned, Table):
    """`/l/<code>` leads to `target`. The code is unique over all accounts (in the directory, as `link`)."""

    __tablename__ = "core_link"
    __table_args__ = (UniqueConstraint("account_id", "code"),)

    code: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(2000))
    """An http or https address, or the path of a public page."""
    title: Mapped[str] = mapped_column(String(200))
    enabled: Mapped[bool]
    created_at: Mapped[datetime]


class LinkClicks(Owned, Table):
    """How often people followed a link on a day from a host. Nothing of who they were is kept, or was."""

    __tablename__ = "core_link_clicks"
    __table_args__ = (
        owned_reference("link_id", "core_link"),
        UniqueConstraint("account_id", "link_id", "day", "referrer"),
    )

    link_id: Mapped[UUID]
    day: Mapped[date]
    """UTC."""
    referrer: Mapped[str] = mapped_column(String(255))
    """The host of the page with the link; empty: it was opened elsewhere, or the page does not say; `*`: further hosts,
    once a day has had many."""
    clicks: Mapped[int] = mapped_column(BigInteger)
