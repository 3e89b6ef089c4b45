"""Which parts of which datasets an account has published."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table, Versioned

LONGEST_PART = 100


class FactsPart(Versioned, Owned, Table):
    """What stands of a part. Published again, it takes the place of what stood there."""

    __tablename__ = "core_facts_part"
    __table_args__ = (UniqueConstraint("account_id", "dataset", "part"),)

    dataset: Mapped[str] = mapped_column(String(80))
    part: Mapped[str] = mapped_column(String(LONGEST_PART))
    """What its owner calls it, as a statement's id."""
    dataset_version: Mapped[int]
    file_id: Mapped[UUID]
    rows: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[datetime]
