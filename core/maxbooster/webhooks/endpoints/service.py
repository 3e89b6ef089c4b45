"""The rules of endpoints: where they may lead, what they hear, and who signs."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from ...context import Context
from ...db.turns import take_turn
from ...db.types import new_id
from ...errors import Conflict, Invalid, suggestion
from ...events.event import Event
from ...http.client.address import address
from ...settings import Settings
from ..signature import new_webhook_secret
from . import queries
from .models import PENDING, WebhookDelivery, WebhookEndpoint
from .schemas import NewWebhookEndpoint, PublicEventOut, WebhookEndpointChange

MOST_ENDPOINTS = 20
OLD_SECRET = timedelta(hours=24)
TEST = "webhook.test"


async def create(ctx: Context, new: NewWebhookEndpoint) -> tuple[UUID, str]:
    """The endpoint's id and its secret, which is shown this once.

    Raises:
        Invalid: the URL leads nowhere public, or an event does not exist.
        Conflict: the account has as many as it may.
    """
    await _refuse_url(ctx, new.url)
    _refuse_unknown(ctx, new.events)
    id, secret = new_id(), new_webhook_secret()
    row = WebhookEndpoint(
        id=id, url=new.url, description=new.description.strip(), events=sorted(set(new.events)),
        secret=ctx.app.keyring.seal(secret, _place(ctx, id)), old_secret=None, old_secret_until=None,
        created_at=ctx.now, failing_since=None, disabled_at=None, disabled_because=None,
    )  # fmt: skip
    ctx.add(row)
    ctx.audit("webhook.created", row, after={"host": host_of(new.url), "events": row.events})
    await ctx.write(_refuse_many, ctx.account)
    return id, secret


def _refuse_many(connection: Connection, account: UUID) -> None:
    """In the transaction that has just added one: roll it back if it was one too many."""
    take_turn(connection, account)
    if queries.number(connection, account) > MOST_ENDPOINTS:
        raise Conflict(f"An account has at most {MOST_ENDPOINTS} webhooks; delete one that isn't used.")


async def change(ctx: Context, id: UUID, to: WebhookEndpointChange) -> WebhookEndpoint:
    """Raises as `create` does, and NotFound."""
    row = await ctx.get(WebhookEndpoint, id)
    if to.url != row.url:
        await _refuse_url(ctx, to.url)
    _refuse_unknown(ctx, [each for each in to.events if each not in row.events])
    before = {"host": host_of(row.url), "events": row.events, "enabled": row.disabled_at is None}
    row.url, row.description, row.events = to.url, to.description.strip(), sorted(set(to.events))
    if to.enabled and row.disabled_at is not None:
        row.disabled_at = row.disabled_because = row.failing_since = None
    elif not to.enabled and row.disabled_at is None:
        row.disabled_at, row.disabled_because = ctx.now, "person"
    after = {"host": host_of(row.url), "events": row.events, "enabled": row.disabled_at is None}
    ctx.audit("webhook.changed", row, before=before, after=after)
    return row


async def delete(ctx: Context, id: UUID) -> None:
    row = await ctx.get(WebhookEndpoint, id)
    ctx.audit("webhook.deleted", row, before={"host": host_of(row.url)})
    ctx.delete(row)


async def rotate(ctx: Context, id: UUID) -> str:
    """A new secret. The one before signs too, for a day."""
    row = await ctx.get(WebhookEndpoint, id)
    secret = new_webhook_secret()
    row.old_secret, row.old_secret_until = row.secret, ctx.now + OLD_SECRET
    row.secret = ctx.app.keyring.seal(secret, _place(ctx, id))
    ctx.audit("webhook.secret_rotated", row)
    return secret


def secrets_of(ctx: Context, row: WebhookEndpoint) -> list[str]:
    """What signs now, the newest first."""
    sealed = [row.secret]
    if row.old_secret is not None and row.old_secret_until is not None and ctx.now < row.old_secret_until:
        sealed.append(row.old_secret)
    return [ctx.app.keyring.open(each, _place(ctx, row.id)) for each in sealed]


def _place(ctx: Context, id: UUID) -> str:
    return f"{ctx.account}/webhook/{id}"


def host_of(url: str) -> str:
    try:
        return address(url).host
    except Invalid:  # stored before such a one was refused
        return url[:100]


async def _refuse_url(ctx: Context, url: str) -> None:
    parts = address(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and ctx.settings(Settings).outbound_private):
        raise Invalid("The URL must start with https://.", field="url")
    if parts.userinfo:
        raise Invalid("Leave the user name and password out of the address; verify the signature.", field="url")
    await ctx.app.http.refuse_private(url)


# Events


def _refuse_unknown(ctx: Context, names: list[str]) -> None:
    known = ctx.app.offers.public_events
    for name in names:
        if name not in known:
            raise Invalid(f"There is no event {name[:100]!r}.{suggestion(name, list(known))}", field="events")


def events(ctx: Context) -> list[PublicEventOut]:
    texts = ctx.app.offers.catalog.get("en", {})
    titles = {plugin.name: manifest.title for plugin, manifest in ctx.app.registry.enabled()}
    owners = ctx.app.offers.event_owners
    return [
        PublicEventOut(
            name, texts.get(f"event.{name}", name), owners[name], titles[owners[name]], inspect.getdoc(event) or "",
            schema_of(event),
        )
        for name, event in sorted(ctx.app.offers.public_events.items())
    ]  # fmt: skip


def schema_of(event: type[Event]) -> dict[str, Any]:
    """JSON Schema of what is sent as `data`: the facts, without the tag, which is sent as `type`."""
    of = msgspec.json.schema(event)["$defs"][event.__name__]
    tag = event.__struct_config__.tag_field
    return {
        "type": "object",
        "properties": {name: each for name, each in of["properties"].items() if name != tag},
        "required": [name for name in of.get("required", []) if name != tag],
    }


def payload(name: str, at: datetime, facts: dict[str, Any]) -> str:
    """The body, as it is signed."""
    data = {key: value for key, value in facts.items() if key != "type"}
    return msgspec.json.encode({"type": name, "timestamp": at, "data": data}).decode()


def delivery(endpoint: WebhookEndpoint, event_id: UUID, name: str, body: str, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint_id=endpoint.id, event_id=event_id, event=name, body=body, created_at=now, state=PENDING,
        attempts=0, next_at=now,
    )  # fmt: skip
