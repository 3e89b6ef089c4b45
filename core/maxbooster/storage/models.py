"""Files of an account: the row says what the blob is; the blob is there before the row says so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table, Versioned, owned_reference

RECEIVING, CHECKING, READY, REJECTED = "receiving", "checking", "ready", "rejected"

_receiving = text("state = 'receiving'")
_counted = text("state <> 'rejected'")


class FileRow(Versioned, Owned, Table):
    """A file, from its announcement on. `size` bytes are promised, `received` are stored."""

    __tablename__ = "core_file"
    __table_args__ = (
        Index("ix_core_file_expiry", "expires_at", sqlite_where=_receiving, postgresql_where=_receiving),
        Index("ix_core_file_quota", "account_id", "size", sqlite_where=_counted, postgresql_where=_counted),
    )

    name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(12))
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    media_type: Mapped[str | None] = mapped_column(String(120))
    """What its content is, whatever its name says."""
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reason: Mapped[str | None] = mapped_column(String(500))
    """Why it was rejected."""
    upload_metadata: Mapped[str | None] = mapped_column(String(4000))
    """The tus client's own words, given back to it as they came."""
    expires_at: Mapped[datetime | None]
    """When an upload that receives nothing more is swept."""
    purpose: Mapped[str | None] = mapped_column(String(40))
    """What it became (`studio.preview`), and with that who sees it; None for a file that people work with."""
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]


class UploadPart(Owned, Table):
    """One piece of an unfinished upload, in the object store under this row's id."""

    __tablename__ = "core_upload_part"
    __table_args__ = (
        owned_reference("file_id", "core_file"),
        Index("ix_core_upload_part_file", "account_id", "file_id", "start"),
    )

    file_id: Mapped[UUID]
    start: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
