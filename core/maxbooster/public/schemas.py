"""Public pages over HTTP, for the operator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from .models import Publication
from .page import address_of

Where = Annotated[
    str, Meta(min_length=1, max_length=500, examples=["https://music.example/p/release/nightfall-k3v9tm"])
]


class PageRef(Struct, forbid_unknown_fields=True):
    address: Where
    """The whole address of the page or its embed, or `release/nightfall-k3v9tm`."""


class TakeDown(PageRef, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500, examples=["Notice of the rights holder, 2026-11-30"])]
    """Its owner reads it."""


class PublicPageOut(Struct):
    address: str
    account_id: UUID
    title: str
    published: bool
    """Whether its owner shows it."""
    taken_down_at: datetime | None
    taken_down_why: str | None
    published_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, row: Publication, settings: Any) -> PublicPageOut:
        return cls(
            address_of(settings, row.area, row.slug), row.account_id, title_of(row), row.content is not None,
            row.taken_down_at, row.taken_down_why, row.published_at, row.changed_at,
        )  # fmt: skip


def title_of(row: Publication) -> str:
    said = row.content.get("title") if isinstance(row.content, dict) else None
    return str(said or row.slug)
