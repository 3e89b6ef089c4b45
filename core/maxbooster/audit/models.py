"""The audit trail: append-only, hash-chained per account, its personal part erasable."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table
from ..db.types import Id, Json


class AuditRow(Owned, Table):
    """An entry. `digest` covers it and its salted payload; the sealer gives `seq` and `link`."""

    __tablename__ = "core_audit"
    __table_args__ = (
        UniqueConstraint("account_id", "seq"),
        Index("ix_core_audit_unsealed", "id", sqlite_where=text("seq IS NULL"), postgresql_where=text("seq IS NULL")),
    )

    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(120))
    object: Mapped[str] = mapped_column(String(200))
    """`kind:id`"""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    link: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class AuditPayload(Owned, Table):
    """Who and from where, before and after: what erasure removes without breaking the chain."""

    __tablename__ = "core_audit_payload"

    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    actor: Mapped[UUID | None] = mapped_column(Id)
    key_id: Mapped[UUID | None] = mapped_column(Id)
    """The API key that it was done with."""
    grant_id: Mapped[UUID | None] = mapped_column(Id)
    """The grant by which whoever did it came."""
    request_id: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(64))
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json, nullable=True)


class AuditHead(Table):
    """The end of each account's chain; locked by whoever seals it."""

    __tablename__ = "core_audit_head"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    link: Mapped[bytes] = mapped_column(LargeBinary(32))
