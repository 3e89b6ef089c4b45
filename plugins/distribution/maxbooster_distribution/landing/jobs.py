"""A page follows what happens in stores."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Context, job, on

from ..events import ReleaseLive, ReleaseSubmitted, ReleaseTakenDown
from .writing import refresh_page


@on(ReleaseSubmitted, "distribution.page_after_submission")
async def after_submission(ctx: Context, submitted: ReleaseSubmitted) -> None:
    """A takedown that was asked for."""
    await refresh_page(ctx, submitted.release)


@on(ReleaseLive, "distribution.page_after_live")
async def after_live(ctx: Context, live: ReleaseLive) -> None:
    await refresh_page(ctx, live.release)


@on(ReleaseTakenDown, "distribution.page_after_takedown")
async def after_takedown(ctx: Context, gone: ReleaseTakenDown) -> None:
    await refresh_page(ctx, gone.release)


@job("distribution.page_after_publication")
async def after_publication(ctx: Context, release_id: UUID) -> None:
    """What happened while the page was being written found none to update."""
    await refresh_page(ctx, release_id)


jobs = [after_publication]
subscriptions = [after_submission, after_live, after_takedown]
