"""Public pages of all accounts, for the operator."""

from __future__ import annotations

from ..context import Context
from ..errors import Conflict, NotFound
from ..http.page_parameters import Cursor, Limit
from ..http.routes import Routes, get, post
from ..paging import Page
from .moderation import ENTER, list_pages, restore, take_down
from .schemas import PageRef, PublicPageOut, TakeDown


@get("/", operation_id="listPublicPages", permission="page.review")
async def list_public_pages(
    ctx: Context, taken_down: bool = False, cursor: Cursor = None, limit: Limit = 100
) -> Page[PublicPageOut]:
    """Public pages of all accounts, for the operator; `taken_down`: only those that are turned off."""
    rows, next = await list_pages(ctx, cursor, limit, taken_down=taken_down)
    return Page([PublicPageOut.of(row, ctx.app.settings) for row in rows], next)


@post(
    "/take-down",
    operation_id="takeDownPage",
    permission=ENTER,
    step_up=True,
    raises=[Conflict, NotFound],
    status_code=200,
)
async def take_down_page(ctx: Context, data: TakeDown) -> PublicPageOut:
    """Turn a page off, whoever's it is. Its address answers 410; its owner reads why, and can't publish it again."""
    return PublicPageOut.of(await take_down(ctx, data.address, data.reason), ctx.app.settings)


@post(
    "/restore", operation_id="restorePage", permission=ENTER, step_up=True, raises=[Conflict, NotFound], status_code=200
)
async def restore_page(ctx: Context, data: PageRef) -> PublicPageOut:
    """Allow a page again that was turned off."""
    return PublicPageOut.of(await restore(ctx, data.address), ctx.app.settings)


routes = [Routes("/api/core/public-pages", [list_public_pages, take_down_page, restore_page])]
