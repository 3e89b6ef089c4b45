"""The operator turns a page off that does harm, and allows it again. Its owner is told, and can't undo it."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import defer

from ..context import Context
from ..errors import Conflict, Invalid, NotFound
from ..notices.service import notify
from ..paging import PageOfRows
from .events import PageTakenDown
from .models import Publication
from .page import EMBEDS, PATH, address_of
from .schemas import title_of

ENTER = "page.control"


async def list_pages(
    ctx: Context, cursor: str | None, limit: int, *, taken_down: bool = False
) -> PageOfRows[Publication]:
    """Of all accounts, the newest change first."""
    query = select(Publication).options(defer(Publication.image))
    if taken_down:
        query = query.where(Publication.taken_down_at.is_not(None))
    return await ctx.platform.page(
        query, Publication.changed_at.desc(), Publication.area, Publication.slug, cursor=cursor, limit=limit
    )


async def take_down(ctx: Context, address: str, reason: str) -> Publication:
    """
    Raises:
        NotFound: nothing was ever published there.
        Conflict: it is off already.
        Invalid: no reason is given.
    """
    if not reason.strip():
        raise Invalid("Give a reason; the page's owner reads it.", field="reason")
    found = await _page_at(ctx, address)
    async with ctx.enter(found.account_id, ENTER) as owner:
        row = await _page_at(owner, address)
        if row.taken_down_at is not None:
            raise Conflict(f"{row.area}/{row.slug} is off already: {row.taken_down_why}")
        row.taken_down_at, row.taken_down_why, row.changed_at = owner.now, reason.strip(), owner.now
        owner.audit("page.taken_down", _object(row), after={"reason": row.taken_down_why})
        owner.emit(
            PageTakenDown(row.area, row.subject, address_of(owner.app.settings, row.area, row.slug), reason.strip())
        )
        await _tell(owner, "page.taken_down", "“{title}” was turned off by the operator", row, reason.strip())
    ctx.audit("page.taken_down", _object(found), after={"reason": reason.strip()})
    return row


async def restore(ctx: Context, address: str) -> Publication:
    """Its owner's page is shown again, if they haven't withdrawn it meanwhile.

    Raises:
        NotFound: nothing was ever published there.
        Conflict: it isn't off.
    """
    found = await _page_at(ctx, address)
    async with ctx.enter(found.account_id, ENTER) as owner:
        row = await _page_at(owner, address)
        if row.taken_down_at is None:
            raise Conflict(f"{row.area}/{row.slug} isn't turned off by the operator.")
        row.taken_down_at, row.taken_down_why, row.changed_at = None, None, owner.now
        owner.audit("page.restored", _object(row))
        await _tell(owner, "page.restored", "“{title}” can be published again", row, "")
    ctx.audit("page.restored", _object(found))
    return row


async def _tell(owner: Context, kind: str, title: str, row: Publication, text: str) -> None:
    await notify(owner, kind, title, text=text, facts={"title": title_of(row)}, tone="danger" if text else "good")


def _object(row: Publication) -> str:
    return f"core_publication:{row.area}/{row.slug}"


async def _page_at(ctx: Context, address: str) -> Publication:
    path = urlsplit(address.strip()).path.rstrip("/")
    for prefix in (PATH, EMBEDS):
        path = path.removeprefix(f"{prefix}/")
    area, _, slug = path.strip("/").partition("/")
    row = await ctx.first(select(Publication).where(Publication.area == area, Publication.slug == slug))
    if row is None:
        raise NotFound(
            f"Nothing was ever published at {address!r}; give the whole address of the page.", field="address"
        )
    return row
