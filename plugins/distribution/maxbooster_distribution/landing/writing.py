"""The copy of a release that strangers see: written, brought up to date, taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from maxbooster.plugin import (
    Context,
    Publication,
    SignUp,
    Theme,
    mailing_list,
    publication_of,
    publish,
    texts_in,
    withdraw,
)

from ..catalog import queries as catalog
from ..catalog.files import thumbnail_of
from ..deliveries.models import Delivery
from . import content
from .schemas import PLAIN, PublicRelease

AREA = "release"
NEWS = "distribution.new_music"
COVER_PX = 600


async def refresh_page(ctx: Context, release_id: UUID) -> None:
    """After something happened in stores: a page that is on shows what is live now; nothing live, and it is off."""
    page = await publication_of(ctx, AREA, release_id)
    if page is None or page.content is None or page.taken_down_at is not None:
        return
    rows = await content.live(ctx, release_id)
    if rows:
        await write_page(ctx, release_id, rows, own_addresses(page), sign_up=takes_sign_ups(page), theme=theme_of(page))
    else:
        await withdraw_page(ctx, release_id)


async def withdraw_page(ctx: Context, release_id: UUID) -> None:
    """
    Raises:
        NotFound: no such release in this account.
    """
    await catalog.release(ctx, release_id)
    if await withdraw(ctx, AREA, release_id):
        ctx.audit("release.page_withdrawn", f"release:{release_id}")


async def write_page(
    ctx: Context, release_id: UUID, rows: Sequence[Delivery], own: Mapping[str, str], *, sign_up: bool, theme: Theme
) -> Publication:
    material = content.newest(rows)
    test = all(row.sandbox for row in rows)
    copy = content.public_release(material, content.store_links(ctx, rows, own), test=test, theme=theme)
    cover = material.description.cover
    image = await thumbnail_of(ctx, UUID(cover), COVER_PX) if cover else None
    title = f"{copy.artists} {copy.title}"
    form = await _sign_up(ctx, copy) if sign_up else None
    return await publish(ctx, AREA, release_id, copy, title=title, image=image, sign_up=form)


async def _sign_up(ctx: Context, copy: PublicRelease) -> SignUp:
    """All releases of the same artists lead to one list."""
    t, artist = texts_in(ctx, copy.language), copy.artists
    title = t("release.page_news_list", artist=artist)
    news = await mailing_list(ctx, NEWS, artist.casefold(), title=title, sender=artist, language=copy.language)
    return SignUp(
        list=news.id,
        heading=t("release.page_news", artist=artist),
        consent=t("release.page_news_consent", artist=artist),
    )


def takes_sign_ups(page: Publication | None) -> bool:
    return page is not None and page.sign_up is not None


def theme_of(page: Publication | None) -> Theme:
    """What was chosen for the page that stands, or stood last."""
    return PLAIN if page is None or page.content is None else msgspec.convert(page.content, PublicRelease).theme


def own_addresses(page: Publication | None) -> dict[str, str]:
    """Addresses that were entered for the page that stands."""
    if page is None or page.content is None:
        return {}
    stores = msgspec.convert(page.content, PublicRelease).stores
    return {link.outlet: link.url for link in stores if link.own}
