"""A source whose handler remembers what it handled, and a receiver that answers as a test says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from maxbooster.app import App
from maxbooster.events.models import EventRow
from maxbooster.plugin import (
    Context,
    Event,
    IncomingWebhook,
    Malformed,
    ProviderEvent,
    ReceivedWebhook,
    WebhookSource,
    signed_headers,
    verify_standard,
)
from maxbooster.testing import open_api
from maxbooster.webhooks.inbox.service import handling
from tests.core.outbound.outbound_server import Script, Server

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAME = "test.parcels"
AT = f"/api/core/webhooks/{NAME}"


class Handled(Event, frozen=True, tag="test.handled"):
    """Emitted by the handler: an effect that is kept exactly as often as it took effect."""

    id: str


@dataclass
class Provider:
    """Signs as a provider does, and knows what became of it."""

    app: App
    fails: set[str] = field(default_factory=set)
    bodies: dict[str, bytes] = field(default_factory=dict)
    accounts: dict[str, UUID | None] = field(default_factory=dict)

    async def read(self, ctx: Context, webhook: IncomingWebhook) -> ProviderEvent:
        id = verify_standard(webhook, [SECRET])
        try:
            said = json.loads(webhook.body)
            account = said.get("account")
        except (ValueError, AttributeError) as error:
            raise Malformed("A parcel is a JSON object.") from error
        return ProviderEvent(id, said.get("type", "parcel.moved"), _careless(account))

    async def handle(self, ctx: Context, webhook: ReceivedWebhook) -> None:
        self.bodies[webhook.event_id] = webhook.body
        self.accounts[webhook.event_id] = ctx.identity.account if ctx.identity else None
        ctx.emit(Handled(webhook.event_id))
        if webhook.event_id in self.fails:
            raise RuntimeError("the parcel is lost")

    def signed(self, id: str, body: bytes, *, late: timedelta = timedelta(), secret: str = SECRET) -> dict[str, str]:
        return signed_headers(id, body, [secret], self.app.clock() - late)

    async def send(self, id: str, body: bytes = b"{}", **how: Any) -> int:
        async with open_api(self.app) as client:
            return (await client.post(AT, content=body, headers=self.signed(id, body, **how))).status_code

    async def handled(self) -> Counter[str]:
        """Event id → how often handling it took effect."""
        query = select(EventRow.entity).where(EventRow.name == Handled.name())
        return Counter(await self.app.database.read(lambda connection: connection.execute(query).scalars().all()))


@pytest.fixture
def provider(app: App) -> Provider:
    it = Provider(app)
    source = WebhookSource(it.read, it.handle, attempts=2)
    app.offers.webhook_sources[NAME] = source
    job = handling(NAME, source)
    app.jobs[job.name] = job
    return it


@pytest.fixture
async def receiver() -> AsyncIterator[Callable[[Script], Any]]:
    """`await receiver(script)` starts a server."""
    async with AsyncExitStack() as running:

        async def start(script: Script) -> Server:
            return await running.enter_async_context(Server(script))

        yield start


def _careless(account: Any) -> Any:
    return UUID(account) if isinstance(account, str) and len(account) == 36 else account


async def count(app: App, model: type[Any]) -> int:
    query = select(func.count()).select_from(model)
    return int(await app.database.read(lambda connection: connection.execute(query).scalar_one()))
