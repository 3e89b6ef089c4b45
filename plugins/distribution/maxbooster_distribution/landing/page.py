"""The page itself, at `/p/release/…`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec.structs import asdict

from maxbooster.plugin import (
    Context,
    Embed,
    NotFound,
    PageContent,
    PageImage,
    PublicPage,
    date_in,
    published,
    published_image,
    sign_up_form,
)

from .schemas import PublicRelease
from .writing import AREA

_TEMPLATES = Path(__file__).parent / "templates"
_COVER = "cover.jpg"
HEIGHTS: Final = {"compact": 152, "full": 352}
"""Of the embed, in CSS pixels: with links to stores, and with the tracks as well."""


class Shown(PublicRelease, frozen=True, kw_only=True):
    slug: str
    out: str
    """The release date, in words."""


async def find(ctx: Context, path: str) -> PageContent | PageImage:
    """
    Raises:
        NotFound: no release was ever published there.
        Gone: it was withdrawn.
    """
    slug, _, file = path.partition("/")
    if file == _COVER:
        return PageImage(await published_image(ctx, AREA, slug), "image/jpeg")
    if file:
        raise NotFound("There is no page at this address.")
    copy = await published(ctx, AREA, slug, PublicRelease)
    out = date_in(ctx, copy.language, copy.release_date) if copy.release_date else ""
    return PageContent(
        title=f"{copy.title} · {copy.artists}",
        description=f"{copy.title} · {copy.artists}",
        language=copy.language,
        data=Shown(**asdict(copy), slug=slug, out=out),
        image=f"{slug}/{_COVER}",
        image_alt=copy.title,
        kind="music.album",
        indexed=not copy.test,
        theme=copy.theme,
        sign_up=await sign_up_form(ctx, AREA, slug),
    )


release_page = PublicPage(
    area=AREA,
    template=_TEMPLATES / "release.html",
    find=find,
    styles=_TEMPLATES / "release.css",
    embed=Embed(_TEMPLATES / "embed-release.html", HEIGHTS, _TEMPLATES / "embed-release.css"),
    managed_at="/releases/{subject}",
)
