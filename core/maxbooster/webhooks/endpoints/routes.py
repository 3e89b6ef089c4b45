"""Outgoing webhooks over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar.params import QueryParameter

from ...context import Context
from ...errors import Conflict
from ...http.page_parameters import Cursor, Limit
from ...http.routes import Routes, delete, get, post, put
from ...paging import Page
from . import by_hand, queries, service
from .models import WebhookDelivery
from .schemas import (
    NewWebhookEndpoint,
    PublicEventOut,
    WebhookAttemptOut,
    WebhookDeliveryBegun,
    WebhookDeliveryLog,
    WebhookDeliveryOut,
    WebhookEndpointChange,
    WebhookEndpointOut,
    WebhookSecret,
)

OfEndpoint = Annotated[UUID | None, QueryParameter(description="Only those to this endpoint")]
State = Annotated[
    Literal["pending", "delivered", "failed"] | None, QueryParameter(description="Only deliveries in this state")
]


@get("/", operation_id="listWebhookEndpoints", permission="webhook.read")
async def list_endpoints(ctx: Context) -> list[WebhookEndpointOut]:
    """Where this account has events sent."""
    return [WebhookEndpointOut.of(row, ctx.now) for row in await queries.endpoints(ctx)]


@post("/", operation_id="createWebhookEndpoint", permission="webhook.write", step_up="people", raises=[Conflict])
async def create_endpoint(ctx: Context, data: NewWebhookEndpoint) -> WebhookSecret:
    """Have events sent to an address. The secret that signs them is shown this once."""
    return WebhookSecret(*await service.create(ctx, data))


@put("/{endpoint_id:uuid}", operation_id="updateWebhookEndpoint", permission="webhook.write", step_up="people")
async def update_endpoint(ctx: Context, endpoint_id: UUID, data: WebhookEndpointChange) -> WebhookEndpointOut:
    """Change it, disable it, or enable it again."""
    return WebhookEndpointOut.of(await service.change(ctx, endpoint_id, data), ctx.now)


@delete("/{endpoint_id:uuid}", operation_id="deleteWebhookEndpoint", permission="webhook.write")
async def delete_endpoint(ctx: Context, endpoint_id: UUID) -> None:
    """Delete it and its deliveries; nothing more is sent."""
    await service.delete(ctx, endpoint_id)


@post(
    "/{endpoint_id:uuid}/rotate",
    operation_id="rotateWebhookSecret",
    permission="webhook.write",
    step_up="people",
    status_code=200,
)
async def rotate_secret(ctx: Context, endpoint_id: UUID) -> WebhookSecret:
    """A new secret, shown this once. For 24 hours the old one signs too."""
    return WebhookSecret(endpoint_id, await service.rotate(ctx, endpoint_id))


@post(
    "/{endpoint_id:uuid}/test",
    operation_id="testWebhookEndpoint",
    permission="webhook.write",
    raises=[Conflict],
    status_code=202,
)
async def test_endpoint(ctx: Context, endpoint_id: UUID) -> WebhookDeliveryBegun:
    """Send the event `webhook.test`."""
    return WebhookDeliveryBegun(await by_hand.test(ctx, endpoint_id))


@get("/", operation_id="listWebhookDeliveries", permission="webhook.read")
async def list_deliveries(
    ctx: Context, endpoint: OfEndpoint = None, delivery_state: State = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[WebhookDeliveryOut]:
    """What was sent, or is to be; the newest first."""
    rows, next = await queries.deliveries(ctx, cursor, limit, endpoint=endpoint, state=delivery_state)
    return Page([WebhookDeliveryOut.of(row) for row in rows], next)


@get("/{delivery_id:uuid}", operation_id="getWebhookDelivery", permission="webhook.read")
async def get_delivery(ctx: Context, delivery_id: UUID) -> WebhookDeliveryLog:
    """What was sent, and how each attempt went."""
    row = await ctx.get(WebhookDelivery, delivery_id)
    attempts = [WebhookAttemptOut.of(each) for each in await queries.attempts(ctx, delivery_id)]
    return WebhookDeliveryLog(WebhookDeliveryOut.of(row), row.body, attempts)


@post(
    "/{delivery_id:uuid}/resend",
    operation_id="resendWebhookDelivery",
    permission="webhook.write",
    raises=[Conflict],
    status_code=202,
)
async def resend_delivery(ctx: Context, delivery_id: UUID) -> WebhookDeliveryBegun:
    """Send it again now, with the same webhook-id."""
    return WebhookDeliveryBegun(await by_hand.resend(ctx, delivery_id))


@get("/", operation_id="listWebhookEvents", permission="webhook.read")
async def list_events(ctx: Context) -> list[PublicEventOut]:
    """The events that can be sent, and what each says."""
    return service.events(ctx)


routes = [
    Routes(
        "/api/core/webhook-endpoints",
        [list_endpoints, create_endpoint, update_endpoint, delete_endpoint, rotate_secret, test_endpoint],
    ),
    Routes("/api/core/webhook-deliveries", [list_deliveries, get_delivery, resend_delivery]),
    Routes("/api/core/webhook-events", [list_events]),
]
