"""Email to lists: writing it, sending it, and what came of it."""

from __future__ import annotations

from uuid import UUID

from ..context import Context
from ..errors import Conflict, NotFound, TooLarge, TooMany
from ..http.page_parameters import Cursor, Limit
from ..http.routes import Routes, get, post
from ..paging import Page
from . import mailing
from .mailing_schemas import MailingOut, MailingText, NewMailing, Preview, Trial
from .schemas import Created

LARGEST_BODY_BYTES = 300_000
"""The longest text, each character as JSON may escape it, and the rest."""


@get("/", operation_id="listMailings", permission="audience.read")
async def list_mailings(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[MailingOut]:
    """What was sent to lists or is about to be, with the results; the newest first."""
    rows, next = await mailing.list_mailings(ctx, cursor, limit)
    return Page(list(rows), next)


@get("/{mailing_id:uuid}", operation_id="getMailing", permission="audience.read")
async def get_mailing(ctx: Context, mailing_id: UUID) -> MailingOut:
    return await mailing.mailing(ctx, mailing_id)


@post(
    "/",
    operation_id="createMailing",
    permission="audience.send",
    raises=[Conflict, NotFound, TooLarge],
    request_max_body_size=LARGEST_BODY_BYTES,
)
async def create_mailing(ctx: Context, data: NewMailing) -> Created:
    """Send an email to lists, now or at a time. The account needs a postal address first."""
    return Created(await mailing.create_mailing(ctx, data))


@post(
    "/{mailing_id:uuid}/cancel",
    operation_id="cancelMailing",
    permission="audience.send",
    raises=[Conflict],
    status_code=204,
)
async def cancel_mailing(ctx: Context, mailing_id: UUID) -> None:
    """Send it to nobody else."""
    await mailing.cancel_mailing(ctx, mailing_id)


@post(
    "/preview",
    operation_id="previewMailing",
    permission="audience.read",
    status_code=200,
    raises=[NotFound, TooLarge],
    request_max_body_size=LARGEST_BODY_BYTES,
)
async def preview_mailing(ctx: Context, data: MailingText) -> Preview:
    """How it will arrive. Nothing is kept or sent."""
    return await mailing.preview(ctx, data)


@post(
    "/test",
    operation_id="testMailing",
    permission="audience.send",
    status_code=202,
    raises=[Conflict, NotFound, TooLarge, TooMany],
    request_max_body_size=LARGEST_BODY_BYTES,
)
async def test_mailing(ctx: Context, data: MailingText) -> Trial:
    """Send it to one's own address alone."""
    return await mailing.send_trial(ctx, data)


routes = [
    Routes(
        "/api/core/audience/mailings",
        [list_mailings, get_mailing, create_mailing, cancel_mailing, preview_mailing, test_mailing],
    )
]
