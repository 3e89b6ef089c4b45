"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from ..settings import Settings
from .models import Link

Target = Annotated[
    str, Meta(min_length=1, max_length=2000, examples=["https://example.com/tour"], description="http or https")
]
Title = Annotated[str, Meta(max_length=200)]


class NewLink(Struct, forbid_unknown_fields=True):
    target: Target
    """Where it leads: an http or https address, or a public page of this server (`/p/…`)."""
    title: Title = ""
    """What it is for."""


class LinkChange(Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    version: int
    target: Target | None = None
    title: Title | None = None
    enabled: bool | None = None
    """A link that is off answers that it is gone."""


class LinkOut(Struct):
    id: UUID
    version: int
    code: str
    url: str
    """What to give to people."""
    target: str
    """As it is stored: a host with letters beyond ASCII in its `xn--` form."""
    title: str
    enabled: bool
    created_at: datetime
    clicks: int

    @classmethod
    def of(cls, row: Link, settings: Settings, clicks: int) -> LinkOut:
        url = link_url(settings, row.code)
        return cls(row.id, row.version, row.code, url, row.target, row.title, row.enabled, row.created_at, clicks)


class DayClicks(Struct):
    day: date
    clicks: int


class HostClicks(Struct):
    referrer: str
    """Host of the page with the link. Empty: none was said; `*`: further ones."""
    clicks: int


class LinkStatistics(Struct):
    """People's clicks, counted without cookies; bots, as far as they say that they are, are not counted. What was
    clicked in the last seconds may still be missing."""

    clicks: int
    days: list[DayClicks]
    """The latest first, in UTC; those without a click are left out."""
    referrers: list[HostClicks]
    """The most first."""


def link_url(settings: Settings, code: str) -> str:
    return f"{settings.pages_origin}/l/{code}"
