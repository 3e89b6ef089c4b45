"""What a plugin says of its public pages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct

from ..context import Context
from .theme import Theme

PATH = "/p"
EMBEDS = "/embed"
PLAIN = Theme()
_AREA = re.compile(r"[a-z][a-z0-9]*")


class SignUp(Struct, frozen=True, kw_only=True):
    """A form by which strangers join a mailing list, as it is published with a page."""

    list: UUID
    heading: str
    """“Hear about new music by Nova Lane”."""
    consent: str
    """What they agree to, beside the button. It is kept as evidence, word for word."""


class SignUpForm(Struct, frozen=True, kw_only=True):
    """What the template `sign_up.html` shows of it."""

    heading: str
    consent: str
    version: str
    """Says which words were read: a form that was opened before they changed is refused."""
    action: str


class PageContent(Struct, frozen=True, kw_only=True):
    """What one page shows. The template finds `data` under that name, and texts by `t("…")` in `language`."""

    title: str
    description: str
    """A sentence, for search engines and for previews of a link."""
    language: str
    """BCP 47, of the page's own words."""
    data: Struct
    image: str | None = None
    """The address of a picture below the page's area, for previews: `nightfall-k3v9/cover.jpg`."""
    image_alt: str = ""
    kind: str = "website"
    """`og:type`: `website`, `article`, `profile`, `music.album`, `music.song`."""
    indexed: bool = True
    """Whether search engines may list it."""
    theme: Theme = PLAIN
    sign_up: SignUpForm | None = None
    """From `sign_up_form`; the template shows it by `{% include "sign_up.html" %}`."""
    stored: bool = True
    """Whether browsers and caches may keep it for a minute."""
    reload_s: int | None = None
    """After how many seconds the browser asks again, while something is awaited."""


class PageImage(Struct, frozen=True):
    """A picture at an address of its own below the area."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Embed:
    """The page as a part of other sites' pages, at `/embed/<area>/…`."""

    template: Path
    """It extends `embed.html`, and fits into each height; which one it is stands in `page.size`."""
    heights: Mapping[str, int]
    """Size → height in CSS pixels, for whoever writes the frame; the first is shown where no size is asked for."""
    styles: Path | None = None


Find = Callable[[Context, str], Awaitable[PageContent | PageImage]]


@dataclass(frozen=True)
class PublicPage:
    """Pages at `/p/<area>/…`, all by one template.

    `area` is the family's name, or a word that its manifest claims. `find(ctx, path)` answers what is at a path below
    it, or raises NotFound or Gone; its Context belongs to nobody and only reads, so no account's rows can be reached:
    pages show publications (`publish`), or what the plugin keeps in tables of no account.
    """

    area: str
    template: Path
    """A Jinja2 template that extends `page.html`; its folder is where it finds further ones."""
    find: Find
    styles: Path | None = None
    """CSS beside the page's own; colors come from the tokens of `public/theme.py`."""
    embed: Embed | None = None
    managed_at: str = ""
    """Where in the application it's turned on and off: `/releases/{subject}`, with the id of what it is a copy of."""

    def __post_init__(self) -> None:
        if not _AREA.fullmatch(self.area):
            raise ValueError(f"public page {self.area!r}: its area is one word of lower-case letters and digits")


def address_of(settings: Any, area: str, path: str) -> str:
    """The whole address of a public page."""
    return f"{settings.pages_origin}{PATH}/{area}/{path}"


def embed_of(settings: Any, page: PublicPage, path: str, size: str, title: str) -> str:
    """The HTML by which other sites show an embed."""
    assert page.embed is not None, f"the page {page.area!r} has no embed"
    source = f"{settings.pages_origin}{EMBEDS}/{page.area}/{path}?size={size}"
    return (
        f'<iframe src="{escape(source)}" title="{escape(title)}" width="100%" height="{page.embed.heights[size]}"'
        ' style="border:0;border-radius:12px" loading="lazy"></iframe>'
    )
