"""Tables: what is found, and by which declarations the index was built."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Owned, Table

_GIN: Any = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}, "info": {"dialect": "postgresql"}}
"""Each change is indexed at once: no search pays for those before it."""


class SearchEntry(Owned, Table):
    """What is found of a row; its id is the row's. On SQLite triggers keep `core_search_words` (FTS5) beside it."""

    __tablename__ = "core_search_entry"
    __table_args__ = (
        Index("ix_core_search_entry_searchable", "account_id", "searchable", "id"),
        Index("ix_core_search_entry_place", "place", info={"dialect": "sqlite"}),
        Index("ix_core_search_entry_words", "words", **_GIN),
    )

    searchable: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    """What else it is found by, a part per line."""
    path: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))
    """Of title and text, each behind its scope (`scopes.py`)."""
    place: Mapped[int | None] = mapped_column(BigInteger)
    """SQLite alone: its number in the full text, later for newer rows."""


class SearchBuilt(Local, Table):
    """A searchable whose entries are complete. Machinery of the platform: one row for each, of no account."""

    __tablename__ = "core_search_built"

    searchable: Mapped[str] = mapped_column(String(80), primary_key=True)
    declared: Mapped[str] = mapped_column(String(64))
    """A hash of the declaration that they were made by."""
    built_at: Mapped[datetime]
