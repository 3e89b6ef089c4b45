"""Where providers send their webhooks, and where staff look after them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter
from msgspec import Struct

from ...context import Context
from ...errors import Conflict, NotReady, TooLarge, UsageError
from ...http.page_parameters import Cursor, Limit
from ...http.routes import Routes, get, post
from ...paging import Page
from ..source import WebhookRefused
from . import queries, service
from .reception import LARGEST_BYTES, Reception, WebhookTaken

State = Annotated[queries.State | None, QueryParameter(description="Only webhooks in this state")]
Source = Annotated[str | None, QueryParameter(description="Only those of this plugin")]


@post(
    "/{source:str}",
    operation_id="receiveWebhook",
    public=True,
    signed=True,
    raises=[WebhookRefused, NotReady, TooLarge],
    status_code=200,
    request_max_body_size=LARGEST_BYTES,
    middleware=[Reception()],
)
async def receive_webhook(source: str) -> WebhookTaken:
    """A provider's webhook. It is stored, then handled in the background, once per event."""
    raise UsageError(f"the webhook of {source} came past the middleware that answers: {Reception.__name__}")


@get("/", operation_id="listReceivedWebhooks", permission="webhook.inspect")
async def list_received_webhooks(
    ctx: Context, webhook_state: State = None, source: Source = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[queries.WebhookOut]:
    """What providers sent, of all accounts, without the bodies, the newest first. For staff."""
    return await ctx.app.database.read(
        lambda connection: queries.page(connection, state=webhook_state, source=source, cursor=cursor, limit=limit)
    )


class WebhookReplayBegun(Struct, frozen=True):
    id: UUID
    job: UUID


@post(
    "/{webhook_id:uuid}/replay",
    operation_id="replayWebhook",
    permission="webhook.replay",
    raises=[Conflict],
    status_code=202,
)
async def replay_webhook(ctx: Context, webhook_id: UUID) -> WebhookReplayBegun:
    """Handle a webhook once more. For staff."""
    return WebhookReplayBegun(webhook_id, await service.replay(ctx, webhook_id))


routes = [Routes("/api/core/webhooks", [receive_webhook, list_received_webhooks, replay_webhook])]
