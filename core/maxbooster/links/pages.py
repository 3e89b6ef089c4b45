"""Links that public pages have of themselves: whoever turned a page on finds its short link there, so it stays."""

from __future__ import annotations

import re

from sqlalchemy import select

from ..context import Context
from ..errors import Conflict
from ..public.models import Publication
from . import queries
from .models import Link

_PAGE = re.compile(r"/p/([a-z0-9]+)/([A-Za-z0-9._~-]+)")


async def refuse_page_link(ctx: Context, row: Link) -> None:
    """
    Raises:
        Conflict: it is the short link of a public page that is on; says where that is turned off.
    """
    found = _PAGE.fullmatch(row.target)
    if found is None:
        return
    mine = (Publication.account_id == ctx.account, Publication.area == found[1], Publication.slug == found[2])
    page = await ctx.first(select(Publication).where(*mine, Publication.content.is_not(None)))
    own = await queries.link_to(ctx, row.target)
    if page is None or own is None or own.id != row.id:
        return
    managed = next((each.managed_at for _, each in ctx.app.offers.public_pages if each.area == page.area), "")
    where = managed.replace("{subject}", str(page.subject))
    place = f" at {ctx.app.settings.origin}{where}" if where else " where you turned it on"
    raise Conflict(
        f"This is the short link of a public page that is on. Turn the page off first{place}; then the link can go.",
        field="target", path=where or None,
    )  # fmt: skip
