"""The short links of this account."""

from __future__ import annotations

from uuid import UUID

from ..context import Context
from ..errors import Conflict
from ..http.page_parameters import Cursor, Limit
from ..http.routes import Routes, delete, get, patch, post
from ..paging import Page
from . import queries, service
from .schemas import LinkChange, LinkOut, LinkStatistics, NewLink


@get("/", operation_id="listLinks", permission="link.read")
async def list_links(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[LinkOut]:
    """The newest first."""
    links, next = await service.list_links(ctx, cursor, limit)
    return Page(list(links), next)


@post("/", operation_id="createLink", permission="link.write", status_code=201, raises=[Conflict])
async def create_link(ctx: Context, data: NewLink) -> LinkOut:
    """A short link to an address. Its clicks are counted by day and by the host that they come from; no cookie is set
    and no address kept."""
    return LinkOut.of(await service.create_link(ctx, data.target, data.title), ctx.app.settings, 0)


@patch("/{link_id:uuid}", operation_id="updateLink", permission="link.write", raises=[Conflict])
async def update_link(ctx: Context, link_id: UUID, data: LinkChange) -> LinkOut:
    """Lead it elsewhere, rename it, turn it off or on."""
    row = await service.update_link(ctx, link_id, data)
    return LinkOut.of(row, ctx.app.settings, await queries.clicks_of(ctx, link_id))


@delete("/{link_id:uuid}", operation_id="deleteLink", permission="link.write", raises=[Conflict], status_code=204)
async def delete_link(ctx: Context, link_id: UUID) -> None:
    """For good, with its numbers. Turn it off to keep them. That of a public page goes when the page is off."""
    await service.remove_link(ctx, link_id)


@get("/{link_id:uuid}/statistics", operation_id="getLinkStatistics", permission="link.read")
async def get_statistics(ctx: Context, link_id: UUID) -> LinkStatistics:
    """Clicks by day and by where they came from."""
    return await service.statistics(ctx, link_id)


routes = [Routes("/api/core/links", [list_links, create_link, update_link, delete_link, get_statistics])]
