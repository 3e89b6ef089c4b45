"""Endpoints and deliveries over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from .models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

Url = Annotated[str, Meta(min_length=1, max_length=2000, examples=["https://example.org/webhooks"])]
Description = Annotated[str, Meta(max_length=200)]
Events = Annotated[list[str], Meta(max_length=100, examples=[["file.ready"]])]


class NewWebhookEndpoint(Struct, frozen=True):
    """`events`: names from `listWebhookEvents`; none: every event, those to come as well."""

    url: Url
    events: Events = []
    description: Description = ""


class WebhookEndpointChange(Struct, frozen=True):
    url: Url
    events: Events
    description: Description
    enabled: bool


class WebhookEndpointOut(Struct, frozen=True):
    id: UUID
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_because: str | None
    """`person`, `gone` (it answered 410) or `failing`."""
    failing_since: datetime | None
    created_at: datetime
    old_secret_until: datetime | None
    """Until then the secret before the last rotation signs too."""

    @classmethod
    def of(cls, row: WebhookEndpoint, now: datetime) -> WebhookEndpointOut:
        until = row.old_secret_until if row.old_secret_until and row.old_secret_until > now else None
        return cls(
            row.id, row.url, row.description, row.events, row.disabled_at is None, row.disabled_because,
            row.failing_since, row.created_at, until,
        )  # fmt: skip


class WebhookSecret(Struct, frozen=True):
    id: UUID
    secret: str
    """Shown this once."""


class WebhookDeliveryOut(Struct, frozen=True):
    id: UUID
    endpoint: UUID
    event_id: UUID
    event: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    created_at: datetime
    next_at: datetime | None

    @classmethod
    def of(cls, row: WebhookDelivery) -> WebhookDeliveryOut:
        return cls(
            row.id, row.endpoint_id, row.event_id, row.event, row.state,  # type: ignore[arg-type]
            row.attempts, row.created_at, row.next_at,
        )  # fmt: skip


class WebhookAttemptOut(Struct, frozen=True):
    number: int
    at: datetime
    milliseconds: int
    status: int | None
    answer: str
    """How the answer began."""
    error: str

    @classmethod
    def of(cls, row: WebhookAttempt) -> WebhookAttemptOut:
        return cls(row.number, row.at, row.milliseconds, row.status, row.answer, row.error)


class WebhookDeliveryLog(Struct, frozen=True):
    delivery: WebhookDeliveryOut
    body: str
    """The JSON as it was sent."""
    attempts: list[WebhookAttemptOut]


class WebhookDeliveryBegun(Struct, frozen=True):
    delivery: UUID


class PublicEventOut(Struct, frozen=True):
    name: str
    title: str
    plugin: str
    plugin_title: str
    """Whose event it is."""
    description: str
    schema: dict[str, Any]
    """JSON Schema of `data`."""
