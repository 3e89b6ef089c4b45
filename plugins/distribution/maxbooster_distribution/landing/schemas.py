"""What strangers see of a release, and what its owner says of that."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from maxbooster.plugin import Theme

PLAIN = Theme()


class StoreLink(Struct, frozen=True):
    outlet: str
    title: str
    url: str
    own: bool = False
    """Whether the artist entered it; otherwise it leads to the store's search."""


class PublicTrack(Struct, frozen=True):
    title: str
    artists: str
    """Empty where they are those of the release."""
    duration: str
    explicit: bool


class PublicRelease(Struct, frozen=True, kw_only=True):
    """The copy."""

    title: str
    artists: str
    language: str
    release_date: date | None
    label: str
    lines: list[str]
    """P-line and C-line."""
    tracks: list[PublicTrack]
    stores: list[StoreLink]
    test: bool
    """Live at simulators alone."""
    theme: Theme = PLAIN


class PageExpected(Struct):
    """What of a page was read: the change is refused if it is something else by now."""

    stores: dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=2000)]] | None = None
    """Store → what was entered for it; empty where nothing was."""
    theme: Theme | None = None


class PageWanted(Struct):
    stores: dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=2000)]] = {}
    """Store → the release's address there. Left out, what was entered before stays; an empty one leads to the store's
    search."""
    sign_up: bool | None = None
    """Whether fans can sign up on it to hear about new music. Left out, it stays as it is."""
    theme: Theme | None = None
    """Its colors. Left out, they stay as they are."""
    expected: PageExpected | None = None


class EmbedOut(Struct):
    size: str
    """`compact`: the cover and links to stores; `full`: the tracks as well."""
    height: int
    """In CSS pixels; it is as wide as the place that it is put in, 280 at least."""
    html: str
    """To paste into another site's page."""


class ShortLink(Struct):
    url: str
    clicks: int


class PageOut(Struct):
    published: bool
    url: str | None
    """Its address, once it has been published; the same when it is published again."""
    stores: list[StoreLink]
    """Where it is live, as the page links to it."""
    published_at: datetime | None
    link: ShortLink | None
    """The short link to it, while it is published, and how often people followed it."""
    sign_up: bool
    """Whether fans can sign up on it to hear about new music; they appear in the audience."""
    missing: str | None
    """Why it cannot be published yet."""
    theme: Theme
    embeds: list[EmbedOut]
    """How other sites show it, while it is published."""
    taken_down: str | None
    """Why the operator has turned it off; it can't be published then."""
