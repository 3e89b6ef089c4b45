"""Tables: a master is a decision (a chain, explained); a rendering is a file of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Float, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Json, Owned, Table, Work, owned_reference

from ..mastering.schemas import USUAL_INTENSITY
from ..recordings.models import Picture


class Master(Owned, Table):
    """`chain`, `settings`, `analysis` and `met` are there once it is done."""

    __tablename__ = "studio_master"
    __table_args__ = (
        owned_reference("recording_id", "studio_recording"),
        Index("ix_studio_master_recording", "account_id", "recording_id"),
    )

    recording_id: Mapped[UUID]
    target: Mapped[Any] = mapped_column(Json)
    format: Mapped[str] = mapped_column(String(8))
    """In which it is rendered first."""
    title: Mapped[str | None] = mapped_column(String(200))
    """What it was renamed to; else it is called as its target."""
    intensity: Mapped[int] = mapped_column(default=USUAL_INTENSITY, server_default=str(USUAL_INTENSITY))
    reference: Mapped[Any] = mapped_column(Json, nullable=True)
    """Title and analysis of the recording that it is to resemble, as they were then."""
    state: Mapped[str] = mapped_column(String(12), default=Work.QUEUED)
    reason: Mapped[str | None] = mapped_column(String(500))
    job_id: Mapped[UUID]
    chain: Mapped[Any] = mapped_column(Json, nullable=True)
    settings: Mapped[Any] = mapped_column(Json, nullable=True)
    analysis: Mapped[Any] = mapped_column(Json, nullable=True)
    met: Mapped[bool | None] = mapped_column(Boolean)
    created_at: Mapped[datetime]


class MasterPicture(Picture, Owned, Table):
    """Its id is the master's."""

    __tablename__ = "studio_master_picture"
    __table_args__ = (owned_reference("id", "studio_master"),)


class Rendering(Owned, Table):
    """One for each format. It goes when its file goes, and can be made again from the master."""

    __tablename__ = "studio_rendering"
    __table_args__ = (
        owned_reference("master_id", "studio_master"),
        owned_reference("file_id", "core_file"),
        UniqueConstraint("account_id", "master_id", "format"),
        Index("ix_studio_rendering_file", "account_id", "file_id"),
    )

    master_id: Mapped[UUID]
    format: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default=Work.QUEUED)
    reason: Mapped[str | None] = mapped_column(String(500))
    job_id: Mapped[UUID]
    file_id: Mapped[UUID | None]


class MasterComment(Owned, Table):
    """What a member, or somebody with whom the master is shared, says of it."""

    __tablename__ = "studio_master_comment"
    __table_args__ = (
        owned_reference("master_id", "studio_master"),
        Index("ix_studio_master_comment_master", "account_id", "master_id"),
    )

    master_id: Mapped[UUID]
    at_s: Mapped[float | None] = mapped_column(Float)
    """The place in the sound; None: all of it."""
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(80))
    """As they call themselves."""
    user_id: Mapped[UUID | None]
    """None: whoever had the link."""
    grant_id: Mapped[UUID | None]
    """By which they came; None: a member."""
    created_at: Mapped[datetime]
