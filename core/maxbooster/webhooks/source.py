"""What a connector says of the webhooks that its provider sends: the answer of the hook `webhook_source`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from ..errors import Problem

if TYPE_CHECKING:
    from ..context import Context


class WebhookRefused(Problem):
    """The sender is not who it should be."""

    status = 401
    type = "webhook-refused"
    title = "This is not from the provider"


class IncomingWebhook(Struct, frozen=True, kw_only=True):
    """A request as it came. Header names are lower case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: datetime
    """Now."""


class ProviderEvent(Struct, frozen=True):
    """What a webhook is about. Webhooks with the same `id` are the same event, and are handled once."""

    id: str
    """The provider's own; at most 200 characters."""
    type: str
    """In the provider's words; at most 120 characters."""
    account: UUID | None = None
    """Whose it is, where the webhook says so: it is then handled in that account."""


class ReceivedWebhook(Struct, frozen=True, kw_only=True):
    """A stored webhook, as it is handled."""

    event_id: str
    type: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True)
class WebhookSource:
    """Where a provider's webhooks come in: `/api/core/webhooks/<name of the plugin>`."""

    read: Callable[[Context, IncomingWebhook], Awaitable[ProviderEvent]] = field(repr=False)
    """Checks the signature on the raw body and says which event it is. It only reads, and is quick.

    Raises `WebhookRefused` where the signature is missing, wrong, too old or too new, `Malformed` where the body
    cannot be read.
    """
    handle: Callable[[Context, ReceivedWebhook], Awaitable[None]] = field(repr=False)
    """Does what has to be done, as a job: its effects are kept once per event. Webhooks come in any order."""
    attempts: int = 8
