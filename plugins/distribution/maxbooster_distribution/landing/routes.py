"""A release's public page, for its owner."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, Routes, delete, get, put

from . import service, writing
from .schemas import PageOut, PageWanted


@get("/{release_id:uuid}/page", operation_id="getReleasePage", permission="release.read")
async def get_page(ctx: Context, release_id: UUID) -> PageOut:
    """Whether a release has a public page, and where."""
    return await service.page_of(ctx, release_id)


@put(
    "/{release_id:uuid}/page",
    operation_id="publishReleasePage",
    permission="release.write",
    raises=[Conflict],
    status_code=204,
)
async def publish_page(ctx: Context, release_id: UUID, data: PageWanted) -> None:
    """Turn the public page on, or bring it up to date. Anybody who has its address can see it."""
    await service.publish_page(
        ctx, release_id, data.stores, sign_up=data.sign_up, theme=data.theme, expected=data.expected
    )


@delete("/{release_id:uuid}/page", operation_id="withdrawReleasePage", permission="release.write", status_code=204)
async def withdraw_page(ctx: Context, release_id: UUID) -> None:
    """Turn the public page off; its address then says that it is gone."""
    await writing.withdraw_page(ctx, release_id)


routes = [Routes("/releases", [get_page, publish_page, withdraw_page])]
