"""Tables: a recording, what is drawn of it, and what browsers play of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Json, Owned, Table, Work, owned_reference


class Recording(Owned, Table):
    """One for each file. It goes when the file goes."""

    __tablename__ = "studio_recording"
    __table_args__ = (owned_reference("file_id", "core_file"), UniqueConstraint("account_id", "file_id"))

    file_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default=Work.QUEUED)
    """queued, done or failed; see `Work`."""
    reason: Mapped[str | None] = mapped_column(String(500))
    """Why it could not be measured."""
    job_id: Mapped[UUID]
    analysis: Mapped[Any] = mapped_column(Json, nullable=True)
    created_at: Mapped[datetime]


class Picture:
    """`peaks` and `loudness` as drawings.py writes them; apart, so that lists do not load them."""

    peaks: Mapped[bytes] = mapped_column(LargeBinary)
    loudness: Mapped[bytes] = mapped_column(LargeBinary)


class RecordingPicture(Picture, Owned, Table):
    """Its id is the recording's."""

    __tablename__ = "studio_recording_picture"
    __table_args__ = (owned_reference("id", "studio_recording"),)


class Preview(Owned, Table):
    """A FLAC of a recording that browsers cannot play. Its id is the recording's; it goes when its file goes."""

    __tablename__ = "studio_preview"
    __table_args__ = (
        owned_reference("id", "studio_recording"),
        owned_reference("file_id", "core_file"),
        Index("ix_studio_preview_file", "account_id", "file_id"),
    )

    file_id: Mapped[UUID]
