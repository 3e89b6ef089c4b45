"""`maxbooster webhooks`: what providers sent, and what accounts have sent to them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import UUID

import click

from ..app import App
from ..context import Context
from ..errors import NotFound
from ..webhooks.endpoints import by_hand, service
from ..webhooks.endpoints import queries as endpoints
from ..webhooks.endpoints.schemas import NewWebhookEndpoint, WebhookAttemptOut, WebhookDeliveryOut, WebhookEndpointOut
from ..webhooks.inbox import queries as inbox
from ..webhooks.inbox import service as receiving
from .failures import printable
from .printing import ACCOUNT, AS_JSON, print_rows
from .running import in_account, in_platform, with_app

STATES = ("waiting", "handled", "failed", "canceled")
LIMIT = click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="At most this many.")


@click.group()
def webhooks() -> None:
    """See what came in and went out; replay and resend."""


@webhooks.command("inbox")
@click.option("--state", type=click.Choice(STATES), help="Only webhooks in this state.")
@click.option("--source", help="Only those of this plugin.")
@LIMIT
@AS_JSON
def list_inbox(state: inbox.State | None, source: str | None, limit: int, as_json: bool) -> None:
    """List what providers sent, newest first."""

    async def listed(app: App) -> list[inbox.WebhookOut]:
        return await app.database.read(
            lambda connection: inbox.page(connection, state=state, source=source, limit=limit).items
        )

    rows = with_app(listed)
    lines = [
        f"{row.id}  {row.state:8} {row.source}  {printable(row.type)}  {printable(row.event_id)}"
        f"  {printable(row.note or '')}".rstrip()
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty=f"There are no webhooks{f' in the state {state}' if state else ''}.")


@webhooks.command()
@click.argument("webhook", type=click.UUID)
def body(webhook: UUID) -> None:
    """Write a received webhook's body to standard output, as it came. It may hold personal data."""

    async def opened(ctx: Context) -> bytes:
        if await ctx.app.database.read(lambda connection: inbox.shown(connection, webhook)) is None:
            raise _no_webhook(webhook)
        sealed = await ctx.app.database.read(lambda connection: inbox.sealed_body(connection, webhook))
        ctx.audit("webhook.opened", f"core_inbox_webhook:{webhook}")
        return receiving.body_of(ctx, webhook, sealed)

    sys.stdout.buffer.write(in_platform(opened))


@webhooks.command()
@click.argument("webhook", type=click.UUID)
@AS_JSON
def replay(webhook: UUID, as_json: bool) -> None:
    """Handle a received webhook once more."""
    job = in_platform(receiving.replay, webhook)
    print_rows({"id": webhook, "job": job}, [f"{webhook} is handled again by the job {job}."], as_json=as_json)


@webhooks.command("list")
@ACCOUNT
@AS_JSON
def list_endpoints(account: UUID, as_json: bool) -> None:
    """List the webhooks of an account."""

    async def listed(ctx: Context) -> list[WebhookEndpointOut]:
        return [WebhookEndpointOut.of(row, ctx.now) for row in await endpoints.endpoints(ctx)]

    rows = in_account(account, listed)
    lines = [
        f"{row.id}  {'on ' if row.enabled else 'off'}  {printable(row.url)}  {', '.join(row.events) or 'every event'}"
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="This account has no webhooks; `maxbooster webhooks add` adds one.")


@webhooks.command()
@ACCOUNT
@click.argument("url")
@click.option("--event", "events", multiple=True, help="An event's name; may be repeated.  [default: every event]")
@click.option("--description", default="", help="What it is for.")
@AS_JSON
def add(account: UUID, url: str, events: tuple[str, ...], description: str, as_json: bool) -> None:
    """Have events of an account sent to URL, and print the secret that signs them. It is shown only once."""
    id, secret = in_account(account, service.create, NewWebhookEndpoint(url, list(events), description))
    print_rows({"id": id, "secret": secret}, [str(id), secret], as_json=as_json)


@webhooks.command()
@ACCOUNT
@click.argument("webhook", type=click.UUID)
@AS_JSON
def test(account: UUID, webhook: UUID, as_json: bool) -> None:
    """Send a test event to a webhook of an account."""
    delivery = in_account(account, by_hand.test, webhook)
    print_rows({"delivery": delivery}, [f"The test is on its way: delivery {delivery}."], as_json=as_json)


@webhooks.command()
@ACCOUNT
@click.option("--state", type=click.Choice(("pending", "delivered", "failed")), help="Only deliveries in this state.")
@LIMIT
@AS_JSON
def deliveries(account: UUID, state: str | None, limit: int, as_json: bool) -> None:
    """List what was sent for ACCOUNT, newest first."""

    async def listed(ctx: Context) -> list[WebhookDeliveryOut]:
        rows, _ = await endpoints.deliveries(ctx, None, limit, state=state)
        return [WebhookDeliveryOut.of(row) for row in rows]

    rows = in_account(account, listed)
    lines = [f"{row.id}  {row.state:9} {row.event}  tries {row.attempts}{_next(row.next_at)}" for row in rows]
    print_rows(rows, lines, as_json=as_json, empty="Nothing was sent.")


def _next(at: datetime | None) -> str:
    return f"  next {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""


@webhooks.command()
@ACCOUNT
@click.argument("delivery", type=click.UUID)
@AS_JSON
def attempts(account: UUID, delivery: UUID, as_json: bool) -> None:
    """List the attempts of a delivery of an account."""

    async def listed(ctx: Context) -> list[WebhookAttemptOut]:
        return [WebhookAttemptOut.of(row) for row in await endpoints.attempts(ctx, delivery)]

    rows = in_account(account, listed)
    lines = [
        f"{row.number:2}  {row.at:%Y-%m-%d %H:%M:%S}  {row.status or '–'}  {row.milliseconds} ms"
        f"  {printable(row.error or row.answer[:100])}".rstrip()
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="It was not attempted yet.")


@webhooks.command()
@ACCOUNT
@click.argument("delivery", type=click.UUID)
@AS_JSON
def resend(account: UUID, delivery: UUID, as_json: bool) -> None:
    """Send a delivery of an account again now."""
    id = in_account(account, by_hand.resend, delivery)
    print_rows({"delivery": id}, [f"{id} is on its way again."], as_json=as_json)


def _no_webhook(id: UUID) -> NotFound:
    return NotFound(f"There is no webhook {id}; `maxbooster webhooks inbox` lists them.")
