"""The rules of a release's public page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from maxbooster.plugin import (
    Conflict,
    Context,
    Invalid,
    Publication,
    Settings,
    Theme,
    address_of,
    clicks_of,
    create_link,
    embed_of,
    link_to,
    link_url,
    publication_of,
    refuse_overwriting,
    web_address,
)

from ..catalog import queries as catalog
from ..deliveries.models import Delivery
from . import content
from .jobs import after_publication
from .page import HEIGHTS, release_page
from .schemas import EmbedOut, PageExpected, PageOut, PublicRelease, ShortLink
from .writing import AREA, own_addresses, takes_sign_ups, theme_of, write_page

_NOT_LIVE = "The release isn't live in any store yet."


async def page_of(ctx: Context, release_id: UUID) -> PageOut:
    """
    Raises:
        NotFound: no such release in this account.
    """
    await catalog.release(ctx, release_id)
    rows = await content.live(ctx, release_id)
    page = await publication_of(ctx, AREA, release_id)
    stands = page is not None and page.content is not None and page.taken_down_at is None
    link = await link_to(ctx, _path(page)) if page and stands else None
    return PageOut(
        published=stands,
        url=address_of(ctx.settings(Settings), AREA, page.slug) if page else None,
        stores=content.store_links(ctx, rows, own_addresses(page)),
        published_at=page.published_at if page and stands else None,
        link=ShortLink(link_url(ctx.settings(Settings), link.code), await clicks_of(ctx, link.id)) if link else None,
        sign_up=takes_sign_ups(page),
        missing=None if rows else _NOT_LIVE,
        theme=theme_of(page),
        embeds=_embeds(ctx, page) if page and stands else [],
        taken_down=page.taken_down_why if page and page.taken_down_at else None,
    )


def _embeds(ctx: Context, page: Publication) -> list[EmbedOut]:
    copy = msgspec.convert(page.content, PublicRelease)
    title, settings = f"{copy.title} · {copy.artists}", ctx.settings(Settings)
    return [
        EmbedOut(size, height, embed_of(settings, release_page, page.slug, size, title))
        for size, height in HEIGHTS.items()
    ]


async def publish_page(
    ctx: Context,
    release_id: UUID,
    stores: Mapping[str, str],
    *,
    sign_up: bool | None = None,
    theme: Theme | None = None,
    expected: PageExpected | None = None,
) -> None:
    """Publish the page with a short link to it, or bring it up to date. `sign_up`: whether fans can sign up on it;
    `theme`: its colors; None leaves either as it is. `expected`: what the change replaces. Commits.

    Raises:
        NotFound: no such release in this account.
        Conflict: no store has it live, the operator has turned the page off, or it isn't as expected.
        Invalid: an address is none, or of a store that doesn't have it.
    """
    release = await catalog.release(ctx, release_id)
    rows = await content.live(ctx, release_id)
    if not rows:
        raise Conflict(_NOT_LIVE)
    before = await publication_of(ctx, AREA, release_id)
    if expected is not None:
        entered = own_addresses(before)
        refuse_overwriting(expected.stores, {name: entered.get(name, "") for name in expected.stores or ()})
        refuse_overwriting(expected.theme, theme_of(before))
    own = _entered(rows, own_addresses(before), stores)
    page = await write_page(
        ctx, release_id, rows, own,
        sign_up=takes_sign_ups(before) if sign_up is None else sign_up, theme=theme or theme_of(before),
    )  # fmt: skip
    ctx.audit("release.page_published", f"release:{release_id}")
    ctx.enqueue(after_publication, release_id)
    if await link_to(ctx, _path(page)) is None:
        await create_link(ctx, _path(page), release.title)


def _path(page: Publication) -> str:
    return f"/p/{AREA}/{page.slug}"


def _entered(rows: Sequence[Delivery], before: Mapping[str, str], stores: Mapping[str, str]) -> dict[str, str]:
    there = {row.outlet for row in rows}
    for name in stores:
        if name not in there:
            raise Invalid(f"The release isn't live at {name!r}, so its page can't link there.", field=f"stores.{name}")
    new = {name: web_address(url, field=f"stores.{name}") if url.strip() else "" for name, url in stores.items()}
    return {**before, **new}
